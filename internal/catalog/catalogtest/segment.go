package catalogtest

import "tailrace/internal/catalog"

var segmentTests = map[string]func(*suite){
	"segment/ids":         segmentIDs,
	"segment/live set":    segmentLive,
	"segment/all or none": segmentAtomic,
}

func segmentIDs(s *suite) {
	var last catalog.SegmentID
	for range 3 {
		id, err := s.c.NextSegment(s.ctx())
		s.must(err)
		if id <= last {
			s.Errorf("NextSegment gave %d after %d", id, last)
		}
		last = id
	}
}

func (s *suite) segment(groups ...catalog.SegmentGroup) catalog.Segment {
	s.Helper()
	id, err := s.c.NextSegment(s.ctx())
	s.must(err)
	return catalog.Segment{ID: id, Object: "segment-" + string(rune('a'+id)), Size: 100 * int64(id), Groups: groups}
}

func (s *suite) wantLive(what string, flushed uint64, want ...catalog.Segment) {
	s.Helper()
	live, at, err := s.c.LiveSegments(s.ctx())
	s.must(err)
	s.want(what+": live segments", live, want)
	s.want(what+": flushed", at, flushed)
}

func segmentLive(s *suite) {
	s.wantLive("empty", 0)
	g := s.group("g")
	st := s.stream(g, "s", 0)
	a := s.segment(
		catalog.SegmentGroup{Group: g.ID, Rows: 1, Bytes: 2, FirstEvent: 3, LastEvent: 4},
		catalog.SegmentGroup{Group: g.ID + 1, Rows: 5, Bytes: 6, FirstEvent: 0, LastEvent: 1 << 60})
	b, c := s.segment(catalog.SegmentGroup{Group: g.ID, Rows: 7}), s.segment()

	st.Stats = catalog.StreamStats{FirstEvent: 3, LastEvent: 4, LastIngestion: 5, Events: 1, Bytes: 2, Sequence: 9}
	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{
		Add: []catalog.Segment{c, a}, Streams: []catalog.StreamUpdate{{ID: st.ID, Stats: st.Stats}, {ID: 4711}}, Flushed: 9,
	}))
	s.wantLive("two added", 9, a, c)
	got, err := s.c.StreamByID(s.ctx(), st.ID)
	s.must(err)
	s.want("statistics of the commit", got, st)

	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{Add: []catalog.Segment{b}, Remove: []catalog.SegmentID{a.ID}}))
	s.wantLive("one replaced", 9, b, c)
	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{Flushed: 7}))
	s.wantLive("a position does not go back", 9, b, c)
	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{Remove: []catalog.SegmentID{b.ID, c.ID}, Flushed: 12}))
	s.wantLive("none", 12)
	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{}))
	s.wantLive("nothing to do", 12)
}

// segmentAtomic: a commit that is refused at its last word has changed nothing.
func segmentAtomic(s *suite) {
	g := s.group("g")
	st := s.stream(g, "s", 3)
	a, b := s.segment(catalog.SegmentGroup{Group: g.ID, Rows: 1}), s.segment()
	s.must(s.c.CommitSegments(s.ctx(), catalog.Commit{Add: []catalog.Segment{a}, Flushed: 1}))

	change := catalog.Commit{
		Add: []catalog.Segment{b}, Remove: []catalog.SegmentID{a.ID, b.ID}, Flushed: 5,
		Streams: []catalog.StreamUpdate{{ID: st.ID}},
	}
	s.wantErr("remove what is not live", s.c.CommitSegments(s.ctx(), change), catalog.ErrNotFound)
	change.Remove = []catalog.SegmentID{a.ID, a.ID}
	s.wantErr("remove twice", s.c.CommitSegments(s.ctx(), change), catalog.ErrNotFound)
	change.Remove, change.Add = nil, []catalog.Segment{b, a}
	s.wantErr("add what is live", s.c.CommitSegments(s.ctx(), change), catalog.ErrExists)
	s.wantLive("refused", 1, a)
	got, err := s.c.StreamByID(s.ctx(), st.ID)
	s.must(err)
	s.want("statistics after refused commits", got, st)

	change.Add, change.Remove = []catalog.Segment{b}, []catalog.SegmentID{a.ID}
	s.must(s.c.CommitSegments(s.ctx(), change))
	s.wantLive("taken", 5, b)
}
