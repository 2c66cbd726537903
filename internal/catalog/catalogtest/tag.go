package catalogtest

import (
	"fmt"

	"tailrace/internal/catalog"
)

var tagTests = map[string]func(*suite){
	"tag/put and remove": tagPut,
	"tag/limit":          tagLimit,
}

func tagPut(s *suite) {
	g, err := s.c.CreateGroup(s.ctx(), catalog.Group{Scope: scope, Name: "g"}, map[string]string{"owner": "é", "empty": ""})
	s.must(err)
	other := s.group("other")
	s.wantTags(g, map[string]string{"owner": "é", "empty": ""})
	s.must(s.c.TagGroup(s.ctx(), g.ID, map[string]string{"owner": "b", "Owner": "c"}, 50))
	s.wantTags(g, map[string]string{"owner": "b", "Owner": "c", "empty": ""})
	s.wantTags(other, map[string]string{})
	s.must(s.c.UntagGroup(s.ctx(), g.ID, []string{"owner", "not there"}))
	s.wantTags(g, map[string]string{"Owner": "c", "empty": ""})
	s.must(s.c.TagGroup(s.ctx(), g.ID, nil, 50))
	s.must(s.c.UntagGroup(s.ctx(), g.ID, nil))
	s.wantTags(g, map[string]string{"Owner": "c", "empty": ""})
}

func tagLimit(s *suite) {
	g := s.group("g")
	full := map[string]string{}
	for i := range 5 {
		full[fmt.Sprint(i)] = "v"
	}
	s.must(s.c.TagGroup(s.ctx(), g.ID, full, 5))
	err := s.c.TagGroup(s.ctx(), g.ID, map[string]string{"0": "changed", "one more": "v"}, 5)
	s.wantErr("one tag too many", err, catalog.ErrTooManyTags)
	s.wantTags(g, full)
	full["0"] = "changed"
	s.must(s.c.TagGroup(s.ctx(), g.ID, map[string]string{"0": "changed"}, 5))
	s.wantTags(g, full)
}

func (s *suite) wantTags(g catalog.Group, want map[string]string) {
	s.Helper()
	got, err := s.c.GroupTags(s.ctx(), g.ID)
	s.must(err)
	if got == nil {
		s.Error("GroupTags returned nil")
	}
	s.want("tags of "+g.Name, got, want)
}
