package storage

import (
	"context"
	"sort"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
)

// merger gives the events of one output of a merge: stream after stream, and those of a stream in order of id. It holds a
// block of each input.
type merger struct {
	*merge
	ctx     context.Context
	output  compaction.Output
	left    []*mergeInput // that stand at an event
	members []*mergeInput // those that stand at an event of the stream being written
	current *mergeInput   // the member whose events were given
	bound   logs.EventID
	bounded bool // another member has the event bound
	err     error
}

// mergeInput is one segment that is read.
type mergeInput struct {
	live   *live
	cursor *segment.Cursor
	runs   []segment.Run // those from the event's on
	least  int64         // least event time of its stream that stays
	batch  column.Batch
	at     int // first row of the batch that is left of the run and belongs to the output
	end    int // behind the last such row without a gap
	given  int // behind the last of these that was given
}

func (s *mergeInput) id() logs.EventID  { return s.batch.ID[s.at] }
func (s *mergeInput) run() *segment.Run { return &s.runs[0] }

// add takes in an input if it has an event for the output.
func (m *merger) add(l *live, r *segment.Reader) error {
	ranges := m.output.Ranges
	hull := logs.TimeRange{Start: ranges[0].Start, End: ranges[len(ranges)-1].End}
	s := &mergeInput{live: l, runs: r.All()}
	s.cursor = r.ScanAll(segment.Query{Range: hull}, m.wants)
	m.left = append(m.left, s)
	ok, err := m.step(s)
	if err != nil || !ok {
		m.drop(s)
	}
	return err
}

// wants tells whether a run can have events for the output.
func (m *merger) wants(run *segment.Run) bool {
	least, alive := m.alive.least(run.Group, run.Stream.Stream)
	return alive && run.LastEvent >= least && (run.Group == m.output.Group || m.output.Group == 0 && !m.own[run.Group])
}

// step moves an input to its next events that belong to the output, all of one stream; false at its end.
func (m *merger) step(s *mergeInput) (bool, error) {
	s.at = s.end
	for {
		if s.at >= s.batch.Len() {
			if ok, err := m.read(s); !ok {
				return false, err
			}
		}
		for s.runs[0].Stream.Stream != s.batch.Stream[s.at] {
			s.runs = s.runs[1:]
		}
		s.least = m.alive.expire[s.run().Group]
		for s.end = s.at; s.end < s.batch.Len() && m.isWanted(s, s.end); s.end++ {
		}
		if s.end > s.at {
			return true, nil
		}
		s.at++
	}
}

// read reads the next block of an input.
func (m *merger) read(s *mergeInput) (bool, error) {
	if err := m.pace.step(); err != nil {
		return false, err
	}
	s.at = 0
	ok, err := s.cursor.Next(&s.batch)
	if err != nil {
		return false, m.e.inputError(s.live, err)
	}
	return ok, nil
}

// isWanted tells whether a row of the batch is an event of the run that belongs to the output.
func (m *merger) isWanted(s *mergeInput, row int) bool {
	ms := s.batch.ID[row].Timestamp
	return s.batch.Stream[row] == s.runs[0].Stream.Stream && ms >= s.least && m.isInRange(ms)
}

// isInRange tells whether a time belongs to the output, which has few ranges.
func (m *merger) isInRange(ms int64) bool {
	for _, r := range m.output.Ranges {
		if ms < r.End {
			return ms >= r.Start
		}
	}
	return false
}

// beginStream makes the first stream that is left the one whose events next gives.
func (m *merger) beginStream() segment.Stream {
	first := m.left[0].run()
	for _, s := range m.left[1:] {
		if run := s.run(); run.Group < first.Group || run.Group == first.Group && run.Stream.Stream < first.Stream.Stream {
			first = run
		}
	}
	m.members, m.current = m.members[:0], nil
	for _, s := range m.left {
		if s.run().Stream.Stream == first.Stream.Stream {
			m.members = append(m.members, s)
		}
	}
	return first.Stream
}

// next gives the stream's next events; false at its end and after an error, which is err then.
func (m *merger) next() (segment.Events, bool) {
	if m.current != nil && !m.advance() {
		return segment.Events{}, false
	}
	if m.current == nil || m.bounded && m.bound.Less(m.current.id()) {
		if len(m.members) == 0 {
			return segment.Events{}, false
		}
		m.choose()
	}
	s := m.current
	s.given = s.end
	if m.bounded && m.bound.Less(s.batch.ID[s.end-1]) {
		ids := s.batch.ID[s.at:s.end]
		s.given = s.at + sort.Search(len(ids), func(i int) bool { return m.bound.Less(ids[i]) })
	}
	e := segment.Events{IDs: s.batch.ID[s.at:s.given], Messages: s.batch.Message[s.at:s.given]}
	if s.at == 0 && s.given == s.batch.Len() {
		e.Block = s.cursor.Block(s.given)
	}
	return e, true
}

// advance moves the current member behind what was given, or leaves it if it has no more of the stream; false after an
// error.
func (m *merger) advance() bool {
	s, stream := m.current, m.current.run().Stream.Stream
	if s.at = s.given; s.at < s.end {
		return true
	}
	ok, err := m.step(s)
	if err != nil {
		m.err = err
		return false
	}
	if !ok {
		m.drop(s)
	}
	if !ok || s.run().Stream.Stream != stream {
		m.members = without(m.members, s)
		m.current = nil
	}
	return true
}

// choose makes the member with the least event the current one, up to the next event of another.
func (m *merger) choose() {
	m.current, m.bounded = m.members[0], false
	for _, s := range m.members[1:] {
		other := s
		if s.id().Less(m.current.id()) {
			m.current, other = s, m.current
		}
		if !m.bounded || other.id().Less(m.bound) {
			m.bound, m.bounded = other.id(), true
		}
	}
}

// drop gives up a source that is at its end.
func (m *merger) drop(s *mergeInput) {
	s.cursor.Close()
	m.left = without(m.left, s)
}

func (m *merger) close() {
	for _, s := range m.left {
		s.cursor.Close()
	}
}

func without(list []*mergeInput, s *mergeInput) []*mergeInput {
	for i := range list {
		if list[i] == s {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}
