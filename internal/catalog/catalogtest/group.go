package catalogtest

import (
	"fmt"
	"strings"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var groupTests = map[string]func(*suite){
	"group/create and find":  groupCreate,
	"group/scopes are apart": groupScopes,
	"group/change":           groupChange,
	"group/delete":           groupDelete,
	"group/not found":        groupNotFound,
	"group/list":             groupList,
}

func groupCreate(s *suite) {
	want := catalog.Group{
		Scope: scope, Name: "/aws/lambda/a_b#c", Created: 1_700_000_000_000, Class: "INFREQUENT_ACCESS", RetentionDays: 14,
		KMSKeyID: "arn:aws:kms:x", DeletionProtection: true,
	}
	got, err := s.c.CreateGroup(s.ctx(), want, nil)
	s.must(err)
	if got.ID == 0 {
		s.Error("CreateGroup gave no id")
	}
	want.ID = got.ID
	s.want("CreateGroup", got, want)
	got, err = s.c.Group(s.ctx(), scope, want.Name)
	s.must(err)
	s.want("Group", got, want)
	got, err = s.c.GroupByID(s.ctx(), want.ID)
	s.must(err)
	s.want("GroupByID", got, want)

	_, err = s.c.CreateGroup(s.ctx(), catalog.Group{Scope: scope, Name: want.Name, RetentionDays: 1}, map[string]string{"k": "v"})
	s.wantErr("CreateGroup a second time", err, catalog.ErrExists)
	got, err = s.c.Group(s.ctx(), scope, want.Name)
	s.must(err)
	s.want("Group after a refused creation", got, want)
	tags, err := s.c.GroupTags(s.ctx(), want.ID)
	s.must(err)
	s.want("GroupTags after a refused creation", tags, map[string]string{})
}

func groupScopes(s *suite) {
	scopes := []logs.Scope{scope, {Account: scope.Account, Region: "eu-west-1"}, {Account: "111111111111", Region: scope.Region}}
	ids := map[logs.GroupID]bool{}
	for _, in := range scopes {
		g, err := s.c.CreateGroup(s.ctx(), catalog.Group{Scope: in, Name: "same"}, nil)
		s.must(err)
		ids[g.ID] = true
		list, err := s.c.ListGroups(s.ctx(), catalog.GroupQuery{Scope: in, Limit: 10})
		s.must(err)
		s.want("ListGroups of one scope", list, []catalog.Group{g})
	}
	all, err := s.c.AllGroups(s.ctx())
	s.must(err)
	if len(ids) != 3 || len(all) != 3 {
		s.Errorf("%d ids, AllGroups has %d groups, want 3 and 3", len(ids), len(all))
	}
}

func groupChange(s *suite) {
	g := s.group("g")
	other := s.group("other")
	s.must(s.c.SetRetention(s.ctx(), g.ID, 30))
	s.must(s.c.SetDeletionProtection(s.ctx(), g.ID, true))
	g.RetentionDays, g.DeletionProtection = 30, true
	all, err := s.c.AllGroups(s.ctx())
	s.must(err)
	s.want("AllGroups", all, []catalog.Group{g, other})
	s.must(s.c.SetRetention(s.ctx(), g.ID, 0))
	s.must(s.c.SetDeletionProtection(s.ctx(), g.ID, false))
	s.must(s.c.SetDeletionProtection(s.ctx(), g.ID, false))
	g.RetentionDays, g.DeletionProtection = 0, false
	got, err := s.c.GroupByID(s.ctx(), g.ID)
	s.must(err)
	s.want("group set back", got, g)
}

func groupDelete(s *suite) {
	g := s.group("g")
	s.must(s.c.TagGroup(s.ctx(), g.ID, map[string]string{"k": "v"}, 50))
	st := s.stream(g, "s", 9)
	s.must(s.c.DeleteGroup(s.ctx(), g.ID))

	_, err := s.c.Group(s.ctx(), scope, "g")
	s.wantErr("Group", err, catalog.ErrNotFound)
	_, err = s.c.Stream(s.ctx(), g.ID, "s")
	s.wantErr("Stream", err, catalog.ErrNotFound)
	_, err = s.c.StreamByID(s.ctx(), st.ID)
	s.wantErr("StreamByID", err, catalog.ErrNotFound)
	s.wantErr("DeleteStream", s.c.DeleteStream(s.ctx(), st.ID), catalog.ErrNotFound)
	_, err = s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: "new"})
	s.wantErr("CreateStream", err, catalog.ErrNotFound)
	_, err = s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: "s"})
	s.wantErr("CreateStream of a name that was there", err, catalog.ErrNotFound)
	s.must(s.c.UpdateStreams(s.ctx(), []catalog.StreamUpdate{{ID: st.ID}}))
	for _, order := range []catalog.StreamOrder{catalog.ByName, catalog.ByLastEvent} {
		list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: g.ID, Order: order, Limit: 10})
		s.must(err)
		s.want("ListStreams", list, []catalog.Stream(nil))
	}

	again := s.group("g")
	if again.ID == g.ID {
		s.Errorf("the id %d was given twice", g.ID)
	}
	tags, err := s.c.GroupTags(s.ctx(), again.ID)
	s.must(err)
	s.want("tags of the new group", tags, map[string]string{})
	_, err = s.c.Stream(s.ctx(), again.ID, "s")
	s.wantErr("Stream in the new group", err, catalog.ErrNotFound)
}

func groupNotFound(s *suite) {
	const id = 4711
	_, err := s.c.Group(s.ctx(), scope, "none")
	s.wantErr("Group", err, catalog.ErrNotFound)
	_, err = s.c.GroupByID(s.ctx(), id)
	s.wantErr("GroupByID", err, catalog.ErrNotFound)
	_, err = s.c.GroupTags(s.ctx(), id)
	s.wantErr("GroupTags", err, catalog.ErrNotFound)
	s.wantErr("SetRetention", s.c.SetRetention(s.ctx(), id, 1), catalog.ErrNotFound)
	s.wantErr("SetDeletionProtection", s.c.SetDeletionProtection(s.ctx(), id, true), catalog.ErrNotFound)
	s.wantErr("DeleteGroup", s.c.DeleteGroup(s.ctx(), id), catalog.ErrNotFound)
	s.wantErr("TagGroup", s.c.TagGroup(s.ctx(), id, map[string]string{"k": "v"}, 50), catalog.ErrNotFound)
	s.wantErr("UntagGroup", s.c.UntagGroup(s.ctx(), id, []string{"k"}), catalog.ErrNotFound)
}

func groupList(s *suite) {
	for _, name := range []string{"b/2", "a", "b", "B", "b/1", "b0", "c%x", "c_x"} {
		class := "STANDARD"
		if strings.HasSuffix(name, "x") {
			class = "INFREQUENT_ACCESS"
		}
		_, err := s.c.CreateGroup(s.ctx(), catalog.Group{Scope: scope, Name: name, Class: class}, nil)
		s.must(err)
	}
	for _, c := range []struct {
		query catalog.GroupQuery
		want  []string
	}{
		{catalog.GroupQuery{}, []string{"B", "a", "b", "b/1", "b/2", "b0", "c%x", "c_x"}},
		{catalog.GroupQuery{Prefix: "b"}, []string{"b", "b/1", "b/2", "b0"}},
		{catalog.GroupQuery{Prefix: "b/"}, []string{"b/1", "b/2"}},
		{catalog.GroupQuery{Prefix: "c_"}, []string{"c_x"}},
		{catalog.GroupQuery{Prefix: "d"}, nil},
		{catalog.GroupQuery{Prefix: "b", After: "b"}, []string{"b/1", "b/2", "b0"}},
		{catalog.GroupQuery{Prefix: "b", After: "B"}, []string{"b", "b/1", "b/2", "b0"}},
		{catalog.GroupQuery{Prefix: "b", After: "b0"}, nil},
		{catalog.GroupQuery{Prefix: "b", After: "z"}, nil},
		{catalog.GroupQuery{After: "b/"}, []string{"b/1", "b/2", "b0", "c%x", "c_x"}},
		{catalog.GroupQuery{Contains: "b"}, []string{"b", "b/1", "b/2", "b0"}},
		{catalog.GroupQuery{Contains: "B"}, []string{"B"}},
		{catalog.GroupQuery{Contains: "%"}, []string{"c%x"}},
		{catalog.GroupQuery{Contains: "_"}, []string{"c_x"}},
		{catalog.GroupQuery{Contains: "/", Prefix: "b", After: "b/1"}, []string{"b/2"}},
		{catalog.GroupQuery{Class: "INFREQUENT_ACCESS"}, []string{"c%x", "c_x"}},
		{catalog.GroupQuery{Class: "INFREQUENT_ACCESS", Contains: "%", Prefix: "c"}, []string{"c%x"}},
		{catalog.GroupQuery{Class: "DELIVERY"}, nil},
	} {
		c.query.Scope = scope
		for limit := 1; limit <= len(c.want)+1; limit++ {
			c.query.Limit = limit
			got, err := s.c.ListGroups(s.ctx(), c.query)
			s.must(err)
			s.want(fmt.Sprintf("%+v", c.query), names(got, groupName), c.want[:min(limit, len(c.want))])
		}
	}
}
