package catalogtest

import (
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var dropTests = map[string]func(*suite){
	"drop/stream": dropStream,
	"drop/purge":  dropPurge,
}

func dropStream(s *suite) {
	g := s.group("g")
	a, b := s.stream(g, "a", 3), s.stream(g, "b", 4)
	s.must(s.c.DeleteStream(s.ctx(), b.ID))
	_, err := s.c.Stream(s.ctx(), g.ID, "b")
	s.wantErr("Stream", err, catalog.ErrNotFound)
	s.wantErr("DeleteStream a second time", s.c.DeleteStream(s.ctx(), b.ID), catalog.ErrNotFound)
	list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: g.ID, Order: catalog.ByLastEvent, Limit: 9})
	s.must(err)
	s.want("ListStreams", list, []catalog.Stream{a})

	again := s.stream(g, "b", 0)
	if again.ID <= b.ID {
		s.Errorf("the new stream has id %d, the dropped one %d", again.ID, b.ID)
	}
	s.must(s.c.DeleteStream(s.ctx(), again.ID))
	s.wantDropped(map[logs.StreamID]logs.GroupID{b.ID: g.ID, again.ID: g.ID})
	s.must(s.c.ForgetDropped(s.ctx(), []logs.StreamID{b.ID, a.ID, 4711}))
	s.wantDropped(map[logs.StreamID]logs.GroupID{again.ID: g.ID})
	s.must(s.c.ForgetDropped(s.ctx(), nil))
	s.must(s.c.ForgetDropped(s.ctx(), []logs.StreamID{again.ID}))
	s.wantDropped(map[logs.StreamID]logs.GroupID{})
	if _, err := s.c.StreamByID(s.ctx(), a.ID); err != nil {
		s.Errorf("a stream that was not dropped: %v", err)
	}
}

// dropPurge: streams of deleted groups leave in pieces, those of others stay, and no piece is larger than asked for.
func dropPurge(s *suite) {
	keep := s.group("keep")
	s.stream(keep, "s", 0)
	left := 0
	for i, streams := range []int{3, 0, 7} {
		g := s.group(fmt.Sprint("g", i))
		for n := range streams {
			s.stream(g, fmt.Sprint(n), 0)
		}
		s.must(s.c.DeleteGroup(s.ctx(), g.ID))
		left += streams
	}
	for left > 0 {
		n, err := s.c.PurgeStreams(s.ctx(), 4)
		s.must(err)
		if want := min(4, left); n != want {
			s.Fatalf("PurgeStreams removed %d of %d, want %d", n, left, want)
		}
		left -= n
	}
	for _, limit := range []int{4, 0} {
		n, err := s.c.PurgeStreams(s.ctx(), limit)
		s.must(err)
		s.want("PurgeStreams of nothing", n, 0)
	}
	list, err := s.c.ListStreams(s.ctx(), catalog.StreamQuery{Group: keep.ID, Limit: 9})
	s.must(err)
	s.want("streams of the group that stays", names(list, streamName), []string{"s"})
	s.wantDropped(map[logs.StreamID]logs.GroupID{})
}

func (s *suite) wantDropped(want map[logs.StreamID]logs.GroupID) {
	s.Helper()
	got, err := s.c.DroppedStreams(s.ctx())
	s.must(err)
	s.want("DroppedStreams", got, want)
}
