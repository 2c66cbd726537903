package catalogtest

import "tailrace/internal/catalog"

var keyTests = map[string]func(*suite){"key": keyLife}

func keyLife(s *suite) {
	a := catalog.Key{AccessKeyID: "AKIA1", Account: "111111111111", Description: "é", Secret: []byte{0, 1, 0xFF}, Created: 20}
	b := catalog.Key{AccessKeyID: "AKIA0", Account: "222222222222", Secret: []byte{}, Created: 20, Disabled: true}
	c := catalog.Key{AccessKeyID: "AKIA2", Created: 10}
	for _, k := range []catalog.Key{a, b, c} {
		s.must(s.c.CreateKey(s.ctx(), k))
		got, err := s.c.Key(s.ctx(), k.AccessKeyID)
		s.must(err)
		s.want("Key", got, k)
	}
	s.wantErr("CreateKey a second time", s.c.CreateKey(s.ctx(), catalog.Key{AccessKeyID: "AKIA1"}), catalog.ErrExists)
	s.wantKeys("by creation, then id", c, b, a)

	s.must(s.c.SetKeyDisabled(s.ctx(), "AKIA1", true))
	s.must(s.c.SetKeyDisabled(s.ctx(), "AKIA0", false))
	a.Disabled, b.Disabled = true, false
	s.wantKeys("switched", c, b, a)
	s.must(s.c.DeleteKey(s.ctx(), "AKIA0"))
	s.wantKeys("one deleted", c, a)

	_, err := s.c.Key(s.ctx(), "AKIA0")
	s.wantErr("Key", err, catalog.ErrNotFound)
	_, err = s.c.Key(s.ctx(), "akia1")
	s.wantErr("Key in other case", err, catalog.ErrNotFound)
	s.wantErr("SetKeyDisabled", s.c.SetKeyDisabled(s.ctx(), "AKIA0", true), catalog.ErrNotFound)
	s.wantErr("DeleteKey", s.c.DeleteKey(s.ctx(), "AKIA0"), catalog.ErrNotFound)
}

func (s *suite) wantKeys(what string, want ...catalog.Key) {
	s.Helper()
	got, err := s.c.ListKeys(s.ctx())
	s.must(err)
	s.want(what, got, want)
}
