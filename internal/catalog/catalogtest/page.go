package catalogtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"tailrace/internal/catalog"
)

var pageTests = map[string]func(*suite){
	"page/prefixes":             pagePrefixes,
	"page/ties":                 pageTies,
	"page/streams while writes": pageStreams,
	"page/groups while writes":  pageGroups,
}

// pagePrefixes holds every prefix query, in both directions and with every page size, against the same done by hand.
func pagePrefixes(s *suite) {
	g, other := s.group("g"), s.group("other")
	all := []string{"a", "a\x00", "ab", "a\xff", "a\xff\xff", "a\xff\xffz", "b", "é", "ê", "日本", "日本語", "\U0001F600", "\xff", "\xff\xff", "\xff\xffa"}
	here, there := map[string]int64{}, map[string]int64{}
	for _, name := range all {
		here[name], there[name+"x"] = 0, 0
	}
	s.streams(g, here)
	s.streams(other, there)
	slices.Sort(all)
	prefixes := []string{"", "a", "a\x00", "a\xff", "a\xff\xff", "\xff", "\xff\xff", "\xff\xff\xff", "\xc3", "é", "日", "日本", "日本語", "c"}
	for _, prefix := range prefixes {
		want := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !strings.HasPrefix(name, prefix) })
		for _, down := range []bool{false, true} {
			for limit := 1; limit <= 3; limit++ {
				q := catalog.StreamQuery{Group: g.ID, Prefix: prefix, Descending: down, Limit: limit}
				s.want(fmt.Sprintf("prefix %q descending %v limit %d", prefix, down, limit), names(s.walk(q), streamName), want)
			}
			slices.Reverse(want)
		}
	}
	for _, after := range []string{"A", "zz"} { // before and behind everything with the prefix
		for _, down := range []bool{false, true} {
			q := catalog.StreamQuery{Group: g.ID, Prefix: "a", Descending: down, After: &catalog.StreamCursor{Name: after}, Limit: 99}
			page, err := s.c.ListStreams(s.ctx(), q)
			s.must(err)
			if want := 6; (after == "A") == down {
				s.want("a cursor behind the prefix", names(page, streamName), []string(nil))
			} else if len(page) != want {
				s.Errorf("after %q descending %v: %d streams, want %d", after, down, len(page), want)
			}
		}
	}
}

// walk reads all pages.
func (s *suite) walk(q catalog.StreamQuery) (all []catalog.Stream) {
	s.Helper()
	for {
		page, err := s.c.ListStreams(s.ctx(), q)
		s.must(err)
		if len(page) > q.Limit {
			s.Fatalf("a page of %d for a limit of %d", len(page), q.Limit)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		q.After = cursor(page[len(page)-1])
	}
}

func cursor(st catalog.Stream) *catalog.StreamCursor {
	return &catalog.StreamCursor{LastEvent: st.Stats.LastEvent, Name: st.Name}
}

// pageTies: streams with the same last event come in order of name, in the direction of the listing.
func pageTies(s *suite) {
	g := s.group("g")
	for _, name := range []string{"m", "a", "z", "é"} {
		s.stream(g, name+"0", 0)
		s.stream(g, name+"5", 5)
	}
	s.stream(g, "first", 9)
	want := []string{"a0", "m0", "z0", "é0", "a5", "m5", "z5", "é5", "first"}
	for _, down := range []bool{false, true} {
		for limit := 1; limit <= 4; limit++ {
			q := catalog.StreamQuery{Group: g.ID, Order: catalog.ByLastEvent, Descending: down, Limit: limit}
			s.want(fmt.Sprintf("descending %v limit %d", down, limit), names(s.walk(q), streamName), want)
		}
		slices.Reverse(want)
	}
	if _, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: g.ID, Order: catalog.ByLastEvent, Prefix: "a", Limit: 1}); err == nil {
		s.Error("a prefix in order of the last event was taken")
	}
	page, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{
		Group: g.ID, Order: catalog.ByLastEvent, Descending: true,
		After: &catalog.StreamCursor{LastEvent: 5, Name: "n"}, Limit: 2,
	}) // a stream that is no more
	s.must(err)
	s.want("after a cursor between streams", names(page, streamName), []string{"m5", "a5"})
}

var drawName = rapid.StringMatching(`[ab]{1,4}|[a-cé日]{1,3}`)

// pageStreams walks with random limits while streams come and go between the pages: what was there throughout comes
// exactly once, nothing comes twice, and the order holds.
func pageStreams(s *suite) {
	round := 0
	rapid.Check(s.T, func(t *rapid.T) {
		round++
		g := s.group(fmt.Sprint("g", round))
		stay := s.streams(g, rapid.MapOfN(drawName, rapid.Int64Range(0, 4), 0, 12).Draw(t, "stay"))
		guests := map[string]catalog.Stream{}
		visit := func() {
			name := drawName.Draw(t, "guest")
			if st, ok := guests[name]; ok {
				s.must(s.c.DeleteStream(s.ctx(), st.ID))
				delete(guests, name)
			} else if _, ok := stay[name]; !ok {
				guests[name] = s.stream(g, name, rapid.Int64Range(0, 4).Draw(t, "guest last"))
			}
		}
		q := catalog.StreamQuery{Group: g.ID, Descending: rapid.Bool().Draw(t, "descending")}
		if rapid.Bool().Draw(t, "by last event") {
			q.Order = catalog.ByLastEvent
		} else {
			q.Prefix = rapid.SampledFrom([]string{"", "", "a", "ab", "é"}).Draw(t, "prefix")
		}
		checkWalk(t, q, walkWhile(t, s, q, visit), stay)
	})
}

// walkWhile walks the listing and calls between before each page.
func walkWhile(t *rapid.T, s *suite, q catalog.StreamQuery, between func()) (all []catalog.Stream) {
	for {
		for range rapid.IntRange(0, 3).Draw(t, "writes") {
			between()
		}
		q.Limit = rapid.IntRange(1, 5).Draw(t, "limit")
		page, err := s.c.ListStreams(s.ctx(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		q.After = cursor(page[len(page)-1])
	}
}

func checkWalk(t *rapid.T, q catalog.StreamQuery, got []catalog.Stream, stay map[string]catalog.Stream) {
	found := map[string]int{}
	for i, st := range got {
		found[st.Name]++
		if i > 0 && compareStreams(q, got[i-1], st) >= 0 {
			t.Fatalf("%+v stands before %+v", got[i-1], st)
		}
		if !strings.HasPrefix(st.Name, q.Prefix) {
			t.Fatalf("%q does not begin with %q", st.Name, q.Prefix)
		}
	}
	for name := range stay {
		if want := strings.HasPrefix(name, q.Prefix); (found[name] == 1) != want {
			t.Fatalf("%q was found %d times", name, found[name])
		}
	}
}

func compareStreams(q catalog.StreamQuery, a, b catalog.Stream) int {
	c := cmp.Compare(a.Name, b.Name)
	if q.Order == catalog.ByLastEvent {
		c = cmp.Or(cmp.Compare(a.Stats.LastEvent, b.Stats.LastEvent), c)
	}
	if q.Descending {
		return -c
	}
	return c
}

// pageGroups is pageStreams for groups.
func pageGroups(s *suite) {
	round := 0
	rapid.Check(s.T, func(t *rapid.T) {
		round++
		in := scope
		in.Account = fmt.Sprintf("%012d", round)
		create := func(name string) catalog.Group {
			g, err := s.c.CreateGroup(s.ctx(), catalog.Group{Scope: in, Name: name}, nil)
			s.must(err)
			return g
		}
		stay := rapid.SliceOfNDistinct(drawName, 0, 12, rapid.ID[string]).Draw(t, "stay")
		for _, name := range stay {
			create(name)
		}
		guests := map[string]catalog.Group{}
		q := catalog.GroupQuery{
			Scope: in, Prefix: rapid.SampledFrom([]string{"", "a", "é"}).Draw(t, "prefix"),
			Contains: rapid.SampledFrom([]string{"", "b", "日"}).Draw(t, "contains"),
		}
		var got []string
		for {
			for range rapid.IntRange(0, 3).Draw(t, "writes") {
				name := drawName.Draw(t, "guest")
				if g, ok := guests[name]; ok {
					s.must(s.c.DeleteGroup(s.ctx(), g.ID))
					delete(guests, name)
				} else if !slices.Contains(stay, name) {
					guests[name] = create(name)
				}
			}
			q.Limit = rapid.IntRange(1, 5).Draw(t, "limit")
			page, err := s.c.ListGroups(s.ctx(), q)
			s.must(err)
			if len(page) == 0 {
				break
			}
			got = append(got, names(page, groupName)...)
			q.After = got[len(got)-1]
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("out of order or twice: %q", got)
		}
		for _, name := range stay {
			want := strings.HasPrefix(name, q.Prefix) && strings.Contains(name, q.Contains)
			if slices.Contains(got, name) != want {
				t.Fatalf("%q in %q: want %v", name, got, want)
			}
		}
	})
}
