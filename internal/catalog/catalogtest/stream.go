package catalogtest

import (
	"fmt"
	"strconv"
	"strings"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var streamTests = map[string]func(*suite){
	"stream/create and find": streamCreate,
	"stream/odd names":       streamNames,
	"stream/update":          streamUpdate,
	"stream/not found":       streamNotFound,
}

func streamCreate(s *suite) {
	g, other := s.group("g"), s.group("other")
	want := catalog.Stream{Group: g.ID, Name: "2021/01/01/[$LATEST]x", Created: 1_700_000_000_000}
	got, err := s.c.CreateStream(s.ctx(), want)
	s.must(err)
	if got.ID == 0 {
		s.Error("CreateStream gave no id")
	}
	want.ID = got.ID
	s.want("CreateStream", got, want)
	got, err = s.c.Stream(s.ctx(), g.ID, want.Name)
	s.must(err)
	s.want("Stream", got, want)
	got, err = s.c.StreamByID(s.ctx(), want.ID)
	s.must(err)
	s.want("StreamByID", got, want)

	_, err = s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: want.Name, Created: 1})
	s.wantErr("CreateStream a second time", err, catalog.ErrExists)
	got, err = s.c.StreamByID(s.ctx(), want.ID)
	s.must(err)
	s.want("stream after a refused creation", got, want)

	twin, err := s.c.CreateStream(s.ctx(), catalog.Stream{Group: other.ID, Name: want.Name})
	s.must(err)
	if twin.ID == want.ID {
		s.Errorf("two streams have the id %d", twin.ID)
	}
}

// streamNames: names are bytes; nothing in them means anything, and none equals another.
func streamNames(s *suite) {
	g := s.group("g")
	for _, name := range []string{
		"a", "A", "a ", " a", "a\x00", "a\x00b", "%", "_", "'", `"`, `\`, "é", "e\u0301", "日本語", "\U0001F600", "\xff", "\xff\xfe", "1", "1.0", "01",
		strings.Repeat("\U0001F600", 512),
	} {
		st, err := s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: name})
		if err != nil {
			s.Errorf("CreateStream %.20q: %v", name, err)
			continue
		}
		got, err := s.c.Stream(s.ctx(), g.ID, name)
		if err != nil || got != st {
			s.Errorf("Stream(%.20q) = %+v, %v, want %+v", name, got, err, st)
		}
	}
}

func streamUpdate(s *suite) {
	g := s.group("g")
	a, b, gone := s.stream(g, "a", 0), s.stream(g, "b", 5), s.stream(g, "gone", 6)
	s.must(s.c.DeleteStream(s.ctx(), gone.ID))
	a.Stats = catalog.StreamStats{FirstEvent: 1, LastEvent: 1 << 60, LastIngestion: 3, Events: 4, Bytes: 5, Sequence: 1 << 62}
	s.must(s.c.UpdateStreams(s.ctx(), []catalog.StreamUpdate{{ID: gone.ID, Stats: a.Stats}, {ID: a.ID, Stats: a.Stats}, {ID: 4711}}))
	list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: g.ID, Limit: 9})
	s.must(err)
	s.want("streams after an update", list, []catalog.Stream{a, b})

	b.Stats = catalog.StreamStats{}
	s.must(s.c.UpdateStreams(s.ctx(), []catalog.StreamUpdate{{ID: b.ID}}))
	got, err := s.c.StreamByID(s.ctx(), b.ID)
	s.must(err)
	s.want("stream set back", got, b)
	s.must(s.c.UpdateStreams(s.ctx(), nil))

	s.updateMany(g)
}

// updateMany writes the statistics of many streams at once, in no order.
func (s *suite) updateMany(g catalog.Group) {
	none := map[string]int64{}
	for i := range 1000 {
		none[fmt.Sprintf("n%03d", i)] = 0
	}
	var updates []catalog.StreamUpdate
	for name, st := range s.streams(g, none) {
		last, err := strconv.ParseInt(name[1:], 10, 64)
		s.must(err)
		updates = append(updates, catalog.StreamUpdate{ID: st.ID, Stats: catalog.StreamStats{LastEvent: last + 1}})
	}
	s.must(s.c.UpdateStreams(s.ctx(), updates))
	list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: g.ID, Prefix: "n", Limit: 2000})
	s.must(err)
	s.want("streams updated", len(list), len(none))
	for i, st := range list {
		if st.Stats.LastEvent != int64(i)+1 {
			s.Fatalf("%s has last event %d, want %d", st.Name, st.Stats.LastEvent, i+1)
		}
	}
}

func streamNotFound(s *suite) {
	g := s.group("g")
	for _, group := range []logs.GroupID{g.ID, 4711} {
		_, err := s.c.Stream(s.ctx(), group, "none")
		s.wantErr("Stream", err, catalog.ErrNotFound)
		list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: group, Limit: 5})
		s.must(err)
		s.want("ListStreams", list, []catalog.Stream(nil))
	}
	_, err := s.c.StreamByID(s.ctx(), 4711)
	s.wantErr("StreamByID", err, catalog.ErrNotFound)
	_, err = s.c.CreateStream(s.ctx(), catalog.Stream{Group: 4711, Name: "s"})
	s.wantErr("CreateStream without a group", err, catalog.ErrNotFound)
	s.wantErr("DeleteStream", s.c.DeleteStream(s.ctx(), 4711), catalog.ErrNotFound)
}
