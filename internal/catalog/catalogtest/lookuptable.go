package catalogtest

import (
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var lookupTableTests = map[string]func(*suite){"lookup table": lookupTableLife, "lookup table pages": lookupTablePages}

func lookupTableLife(s *suite) {
	a := catalog.LookupTable{
		Scope: scope, Name: "users_a", Description: "é", Body: []byte("id,name\n1,\"ann\"\n"), Size: 16, Fields: []string{"id", "name"}, Records: 1,
		Tags: map[string]string{"k": "v"}, Updated: 10,
	}
	b := catalog.LookupTable{Scope: scope, Name: "Users", Body: []byte("x\n"), Size: 2, Fields: []string{"x"}, Updated: 20}
	elsewhere := a
	elsewhere.Scope = logs.Scope{Account: scope.Account, Region: "eu-west-1"}
	for _, t := range []catalog.LookupTable{a, b, elsewhere} {
		s.must(s.c.CreateLookupTable(s.ctx(), t, 2))
	}
	s.wantTable(a)
	s.wantTables(catalog.LookupTableQuery{}, b, a)
	s.wantTables(catalog.LookupTableQuery{Prefix: "users_"}, a)
	s.wantTables(catalog.LookupTableQuery{Prefix: "users%"})

	s.wantErr("same name", s.c.CreateLookupTable(s.ctx(), a, 9), catalog.ErrExists)
	third := a
	third.Name = "third"
	s.wantErr("a third of two", s.c.CreateLookupTable(s.ctx(), third, 2), catalog.ErrTooMany)
	s.wantErr("replace what is not there", s.c.ReplaceLookupTable(s.ctx(), third), catalog.ErrNotFound)
	a.Description, a.Body, a.Size, a.Fields, a.Records, a.Updated = "", []byte("id\n"), 3, []string{"id"}, 0, 30
	s.must(s.c.ReplaceLookupTable(s.ctx(), a))
	s.wantTable(a)
	s.wantTable(elsewhere)
	s.must(s.c.DeleteLookupTable(s.ctx(), scope, "Users"))
	s.wantErr("delete twice", s.c.DeleteLookupTable(s.ctx(), scope, "Users"), catalog.ErrNotFound)
	_, err := s.c.LookupTable(s.ctx(), scope, "Users")
	s.wantErr("get what is deleted", err, catalog.ErrNotFound)
	s.wantTables(catalog.LookupTableQuery{}, a)
}

func lookupTablePages(s *suite) {
	var all []catalog.LookupTable
	for i := range 7 {
		t := catalog.LookupTable{Scope: scope, Name: fmt.Sprintf("t%d", i), Body: []byte("a\n"), Size: 2, Fields: []string{"a"}}
		s.must(s.c.CreateLookupTable(s.ctx(), t, 100))
		t.Body = nil
		all = append(all, t)
	}
	for limit := 1; limit <= len(all)+1; limit++ {
		var got []catalog.LookupTable
		q := catalog.LookupTableQuery{Scope: scope, Prefix: "t", Limit: limit}
		for {
			page, err := s.c.ListLookupTables(s.ctx(), q)
			s.must(err)
			got = append(got, page...)
			if len(page) < limit {
				break
			}
			q.After = page[limit-1].Name
		}
		s.want(fmt.Sprintf("pages of %d", limit), got, all)
	}
}

func (s *suite) wantTable(want catalog.LookupTable) {
	s.Helper()
	got, err := s.c.LookupTable(s.ctx(), want.Scope, want.Name)
	s.must(err)
	s.want("LookupTable "+want.Name, got, want)
}

func (s *suite) wantTables(q catalog.LookupTableQuery, want ...catalog.LookupTable) {
	s.Helper()
	q.Scope, q.Limit = scope, 100
	for i := range want {
		want[i].Body = nil
	}
	got, err := s.c.ListLookupTables(s.ctx(), q)
	s.must(err)
	s.want(fmt.Sprintf("ListLookupTables %+v", q), got, want)
}
