package head

import (
	"encoding/binary"

	"tailrace/internal/logs"
)

// Query says which events of one group a cursor goes over.
type Query struct {
	Group   logs.GroupID
	Streams []logs.StreamID                              // nil: all that Keep takes
	Keep    func(stream logs.StreamID, name string) bool // nil: all; called while the cursor is made
	Range   logs.TimeRange                               // of event times
	After   logs.EventID                                 // exclusive; zero: from the first
	Before  logs.EventID                                 // exclusive; zero: to the last
	Reverse bool                                         // greatest id first
	// MayMatch, if set, tells whether one of the messages that are parts of text may be wanted: runs without are left out.
	MayMatch func(text []byte) bool
}

// Cursor goes over events in order of id, or in no order (Split). It is for one goroutine and needs no closing.
type Cursor struct {
	lo, hi  logs.EventID // inclusive bounds
	reverse bool
	any     bool // in any order: heap is a list
	names   []string
	heap    []source
	current source
	started bool
	may     func(text []byte) bool
	skipped Skipped
}

// Skipped is what a cursor left out because of MayMatch.
type Skipped struct{ Events, Bytes int64 }

// Skipped is what was left out since the last call.
func (c *Cursor) Skipped() Skipped {
	s := c.skipped
	c.skipped = Skipped{}
	return s
}

// source is a run with the events that are left of it; before it is opened, its key is a bound of what it will give.
type source struct {
	key  logs.EventID
	run  *Run
	name int32
	at   *position
}

// position is an opened run's place: the event that the source's key names.
type position struct {
	offset  int // forward: where the next event begins
	index   int
	time    int64
	message []byte
	marks   []mark  // reverse: every strideth event
	near    []place // reverse: the events from a mark on
}

// mark is where an event begins, and the time of the one before.
type mark struct {
	time   int64
	offset int
}

type place struct {
	time   int64
	start  int
	length int
}

// stride is how many events are decoded at a time when a run is read backward.
const stride = 64

// Cursor makes a cursor over the events that are there now.
func (h *Head) Cursor(q Query) *Cursor {
	c := &Cursor{reverse: q.Reverse, may: q.MayMatch}
	var ok bool
	if c.lo, c.hi, ok = q.Range.IDs(q.After, q.Before); !ok {
		return c
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	g := h.groups[q.Group]
	if g == nil {
		return c
	}
	if q.Streams == nil {
		for id, s := range g.streams {
			c.add(q, id, s)
		}
	}
	for _, id := range q.Streams {
		if s := g.streams[id]; s != nil {
			c.add(q, id, s)
		}
	}
	for i := len(c.heap)/2 - 1; i >= 0; i-- {
		c.down(i)
	}
	return c
}

// Split makes up to n cursors that go over the events that Cursor goes over, each once, in no order.
func (h *Head) Split(q Query, n int) []*Cursor {
	all := h.Cursor(q)
	size := 0
	for _, s := range all.heap {
		size += len(s.run.payload)
	}
	var parts []*Cursor
	for from := 0; from < len(all.heap); {
		to, part := from, 0
		for ; to < len(all.heap) && (part == 0 || part < size/n); to++ {
			part += len(all.heap[to].run.payload)
		}
		parts = append(parts, &Cursor{lo: all.lo, hi: all.hi, any: true, may: q.MayMatch, names: all.names, heap: all.heap[from:to:to]})
		from = to
	}
	return parts
}

func (c *Cursor) add(q Query, id logs.StreamID, s *stream) {
	if s.last < c.lo.Timestamp || s.first > c.hi.Timestamp || (q.Keep != nil && !q.Keep(id, s.name)) {
		return
	}
	name := int32(len(c.names))
	c.names = append(c.names, s.name)
	for i := range s.runs {
		run := &s.runs[i]
		least, greatest := run.Min(), run.Max()
		if greatest.Less(c.lo) || c.hi.Less(least) {
			continue
		}
		key := least
		if c.reverse {
			key = greatest
		}
		c.heap = append(c.heap, source{key: key, run: run, name: name})
	}
}

// Next steps to the next event; false at the end.
func (c *Cursor) Next() bool {
	if c.started && len(c.heap) > 0 {
		c.advance()
	}
	c.started = true
	for len(c.heap) > 0 && c.heap[0].at == nil {
		c.open()
	}
	if len(c.heap) == 0 {
		return false
	}
	c.current = c.heap[0]
	return true
}

// advance moves the source on top by one event.
func (c *Cursor) advance() {
	s := &c.heap[0]
	if s.step(c.reverse) && !c.beyond(s.key) {
		c.down(0)
		return
	}
	c.pop()
}

func (c *Cursor) beyond(id logs.EventID) bool {
	if c.reverse {
		return id.Less(c.lo)
	}
	return c.hi.Less(id)
}

// open decodes the source on top and seeks to its first event within the bounds, or leaves it out.
func (c *Cursor) open() {
	s := &c.heap[0]
	if c.may != nil && !c.may(s.run.body) {
		c.skipped.Events += int64(s.run.Count)
		c.skipped.Bytes += s.run.Bytes
		c.pop()
		return
	}
	s.at = &position{index: -1}
	if c.reverse {
		s.at.index = s.run.Count
		s.at.marks = s.run.marks()
	}
	for s.step(c.reverse) {
		if c.reverse && c.hi.Less(s.key) || !c.reverse && s.key.Less(c.lo) {
			continue
		}
		if c.beyond(s.key) {
			break
		}
		c.down(0)
		return
	}
	c.pop()
}

// step moves a source by one event and sets its key; false at the run's end.
func (s *source) step(reverse bool) bool {
	p := s.at
	if reverse {
		p.index--
		if p.index < 0 {
			return false
		}
		if p.near == nil || p.index%stride == stride-1 {
			p.near = s.run.places(p.near, p.marks[p.index/stride])
		}
		e := p.near[p.index%stride]
		p.time, p.message = e.time, s.run.body[e.start:e.start+e.length:e.start+e.length]
	} else {
		p.index++
		if p.index >= s.run.Count {
			return false
		}
		delta, length, start := s.run.event(p.offset)
		p.time += delta
		p.offset = start + length
		p.message = s.run.body[start:p.offset:p.offset]
	}
	s.key = logs.EventID{Timestamp: p.time, Ingestion: s.run.Ingestion, Request: s.run.Request, Index: uint16(p.index)}
	return true
}

// event reads the head of the event at an offset of a run that Encode made or Decode checked.
func (r *Run) event(at int) (delta int64, length, start int) {
	d, n := binary.Uvarint(r.body[at:])
	at += n
	l, n := binary.Uvarint(r.body[at:])
	return int64(d), int(l), at + n
}

// marks finds every strideth event.
func (r *Run) marks() []mark {
	all, at, time := make([]mark, 0, (r.Count+stride-1)/stride), 0, int64(0)
	for i := range r.Count {
		if i%stride == 0 {
			all = append(all, mark{time, at})
		}
		delta, length, start := r.event(at)
		time += delta
		at = start + length
	}
	return all
}

// places decodes up to stride events from a mark on, in the memory of near.
func (r *Run) places(near []place, m mark) []place {
	near = near[:0]
	for at, time := m.offset, m.time; at < len(r.body) && len(near) < stride; {
		delta, length, start := r.event(at)
		time += delta
		near = append(near, place{time: time, start: start, length: length})
		at = start + length
	}
	return near
}

// ID is the id of the event that Next stepped to.
func (c *Cursor) ID() logs.EventID { return c.current.key }

// Stream is its stream.
func (c *Cursor) Stream() logs.StreamID { return c.current.run.Stream }

// Name is its stream's name.
func (c *Cursor) Name() string { return c.names[c.current.name] }

// Message is its message; it stays valid, and nobody changes it.
func (c *Cursor) Message() []byte { return c.current.at.message }

func (c *Cursor) less(i, j int) bool {
	if c.reverse {
		i, j = j, i
	}
	return c.heap[i].key.Less(c.heap[j].key)
}

// down restores the heap after the key of element i grew.
func (c *Cursor) down(i int) {
	for !c.any {
		child := 2*i + 1
		if child >= len(c.heap) {
			return
		}
		if other := child + 1; other < len(c.heap) && c.less(other, child) {
			child = other
		}
		if !c.less(child, i) {
			return
		}
		c.heap[i], c.heap[child] = c.heap[child], c.heap[i]
		i = child
	}
}

func (c *Cursor) pop() {
	if c.any {
		c.heap = c.heap[1:]
		return
	}
	last := len(c.heap) - 1
	c.heap[0] = c.heap[last]
	c.heap[last] = source{}
	c.heap = c.heap[:last]
	c.down(0)
}
