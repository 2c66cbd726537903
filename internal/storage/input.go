package storage

import (
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
)

// input gives events in the scan's order that match.
type input interface {
	// next steps to the next event; false at the end.
	next(s *Scanner) (bool, error)
	id() logs.EventID
	stream() (logs.StreamID, string)
	message() []byte
	// isVolatile tells whether message is valid until next only.
	isVolatile() bool
	// close gives back what the input holds.
	close(s *Scanner)
}

// source is an element of a scan's heap: an input with the id of the event that it stands at, or a segment, or a run of
// one, that was not opened yet, with a bound of what it will give.
type source struct {
	key     logs.EventID
	in      input
	segment *live
	run     *segment.Run
}

// matches counts a message as looked at and tells whether the scan wants it.
func (s *Scanner) matches(message []byte) bool {
	s.stats.Events++
	s.stats.Bytes += int64(len(message))
	return s.q.Match == nil || s.q.Match(message)
}

// checkEvery is how many refused events go by between two looks at the context.
const checkEvery = 4096

// headInput is a head.
type headInput struct{ cursor *head.Cursor }

func (in *headInput) next(s *Scanner) (bool, error) {
	for n := 1; in.cursor.Next(); n++ {
		if s.matches(in.cursor.Message()) {
			return true, nil
		}
		if n%checkEvery == 0 && s.ctx.Err() != nil {
			return false, s.ctx.Err()
		}
	}
	s.stats.Add(skipped(in.cursor))
	return false, nil
}

// skipped is what a head's cursor left out.
func skipped(c *head.Cursor) ScanStats {
	s := c.Skipped()
	return ScanStats{SkippedEvents: s.Events, SkippedBytes: s.Bytes}
}

func (in *headInput) id() logs.EventID                { return in.cursor.ID() }
func (in *headInput) stream() (logs.StreamID, string) { return in.cursor.Stream(), in.cursor.Name() }
func (in *headInput) message() []byte                 { return in.cursor.Message() }
func (in *headInput) isVolatile() bool                { return false }
func (in *headInput) close(*Scanner)                  {}

func (s *Scanner) less(i, j int) bool {
	if s.q.Reverse {
		i, j = j, i
	}
	return s.heap[i].key.Less(s.heap[j].key)
}

func (s *Scanner) push(x source) {
	s.heap = append(s.heap, x)
	for i := len(s.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s.less(i, parent) {
			return
		}
		s.heap[i], s.heap[parent] = s.heap[parent], s.heap[i]
		i = parent
	}
}

func (s *Scanner) pop() source {
	top, last := s.heap[0], len(s.heap)-1
	s.heap[0] = s.heap[last]
	s.heap[last] = source{}
	s.heap = s.heap[:last]
	s.down(0)
	return top
}

// down restores the heap after the key of element i moved on.
func (s *Scanner) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(s.heap) {
			return
		}
		if other := child + 1; other < len(s.heap) && s.less(other, child) {
			child = other
		}
		if !s.less(child, i) {
			return
		}
		s.heap[i], s.heap[child] = s.heap[child], s.heap[i]
		i = child
	}
}
