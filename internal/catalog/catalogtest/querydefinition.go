package catalogtest

import (
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var queryDefinitionTests = map[string]func(*suite){"query definition": queryDefinitionLife, "query definition pages": queryDefinitionPages}

func queryDefinitionLife(s *suite) {
	text := "5"
	a := catalog.QueryDefinition{
		Scope: scope, ID: "1", Name: "errors/é", Language: "CWLI", Text: "filter a = {{n}}", Groups: []string{"/app/a", "b"},
		Parameters: []catalog.QueryParameter{{Name: "n", Default: &text}}, Modified: 10,
	}
	b := catalog.QueryDefinition{Scope: scope, ID: "2", Name: "errors", Language: "SQL", Text: "SELECT 1", Modified: 20}
	elsewhere := catalog.QueryDefinition{Scope: logs.Scope{Account: scope.Account, Region: "eu-west-1"}, ID: "1", Name: "errors", Language: "CWLI", Text: "limit 1"}
	for _, d := range []catalog.QueryDefinition{a, b, elsewhere} {
		s.must(s.c.CreateQueryDefinition(s.ctx(), d, 2))
	}
	s.wantDefinitions(catalog.QueryDefinitionQuery{}, b, a)
	s.wantDefinitions(catalog.QueryDefinitionQuery{Prefix: "errors/"}, a)
	s.wantDefinitions(catalog.QueryDefinitionQuery{Prefix: "error_"})
	s.wantDefinitions(catalog.QueryDefinitionQuery{Language: "SQL"}, b)

	s.wantErr("same id", s.c.CreateQueryDefinition(s.ctx(), a, 9), catalog.ErrExists)
	third := a
	third.ID = "3"
	s.wantErr("a third of two", s.c.CreateQueryDefinition(s.ctx(), third, 2), catalog.ErrTooMany)
	s.wantErr("replace what is not there", s.c.ReplaceQueryDefinition(s.ctx(), third), catalog.ErrNotFound)
	a.Name, a.Groups, a.Parameters, a.Text, a.Modified = "a", nil, nil, "limit 2", 30
	s.must(s.c.ReplaceQueryDefinition(s.ctx(), a))
	s.wantDefinitions(catalog.QueryDefinitionQuery{}, a, b)
	s.must(s.c.DeleteQueryDefinition(s.ctx(), scope, "1"))
	s.wantErr("delete twice", s.c.DeleteQueryDefinition(s.ctx(), scope, "1"), catalog.ErrNotFound)
	s.wantDefinitions(catalog.QueryDefinitionQuery{}, b)
	s.wantDefinitions(catalog.QueryDefinitionQuery{Scope: elsewhere.Scope}, elsewhere)
}

// queryDefinitionPages walks names that several definitions share, in pages of every size.
func queryDefinitionPages(s *suite) {
	var all []catalog.QueryDefinition
	for i := range 12 {
		d := catalog.QueryDefinition{Scope: scope, ID: fmt.Sprintf("%02d", i), Name: fmt.Sprintf("q%d", i/5), Language: "CWLI", Text: "limit 1"}
		s.must(s.c.CreateQueryDefinition(s.ctx(), d, 100))
		all = append(all, d)
	}
	for limit := 1; limit <= len(all)+1; limit++ {
		var got []catalog.QueryDefinition
		q := catalog.QueryDefinitionQuery{Scope: scope, Prefix: "q", Limit: limit}
		for {
			page, err := s.c.ListQueryDefinitions(s.ctx(), q)
			s.must(err)
			got = append(got, page...)
			if len(page) < limit {
				break
			}
			q.AfterName, q.AfterID = page[limit-1].Name, page[limit-1].ID
		}
		s.want(fmt.Sprintf("pages of %d", limit), got, all)
	}
}

func (s *suite) wantDefinitions(q catalog.QueryDefinitionQuery, want ...catalog.QueryDefinition) {
	s.Helper()
	if q.Scope == (logs.Scope{}) {
		q.Scope = scope
	}
	q.Limit = 100
	got, err := s.c.ListQueryDefinitions(s.ctx(), q)
	s.must(err)
	s.want(fmt.Sprintf("ListQueryDefinitions %+v", q), got, want)
}
