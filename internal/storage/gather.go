package storage

import (
	"sync"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// window is the rows of many streams of a segment between two ids. It does not change once it is made.
type window struct {
	lo, hi  logs.EventID // inclusive: all rows between them are here
	rows    []row        // in ascending order of id
	streams []streamRef
	text    []byte // the messages
}

type row struct {
	id     logs.EventID
	stream int32 // in streams
	length int32 // of the message
	start  int   // of the message in text
}

type streamRef struct {
	id   logs.StreamID
	name string
}

const (
	rowBytes       = 48
	streamRefBytes = 24
)

func (w *window) stream(r *row) (logs.StreamID, string) {
	s := &w.streams[r.stream]
	return s.id, s.name
}

func (w *window) message(r *row) []byte {
	end := r.start + int(r.length)
	return w.text[r.start:end:end]
}

// size is the memory that it takes.
func (w *window) size() int {
	return len(w.text) + rowBytes*len(w.rows) + streamRefBytes*len(w.streams)
}

// gather is a window being made: the first rows in the scan's order so far, and others. Once it was trimmed its last row
// bounds what is wanted, so that blocks of later events are left out. Its memory passes from one pass to the next.
type gather struct {
	w       window
	batch   column.Batch
	spare   []byte
	rows    []row
	sorter  sorter
	reverse bool
	most    int // rows
	bytes   int // most bytes of messages
	bound   logs.EventID
	bounded bool // rows behind bound are not wanted
}

var gathers = sync.Pool{New: func() any { return new(gather) }}

// keepGather bounds the memory that waits for the next pass.
const keepGather = 16 << 20

func takeGather(rows, bytes int, reverse bool) *gather {
	g := gathers.Get().(*gather)
	g.reverse, g.most, g.bytes, g.bound, g.bounded = reverse, rows, bytes, logs.EventID{}, false
	return g
}

func (g *gather) give() {
	if cap(g.w.text) > keepGather {
		g.w.text = nil
	}
	if cap(g.spare) > keepGather {
		g.spare = nil
	}
	g.batch.Reset()
	clear(g.w.streams)
	g.w.rows, g.w.streams, g.w.text = g.w.rows[:0], g.w.streams[:0], g.w.text[:0]
	gathers.Put(g)
}

func (g *gather) add(b *column.Batch) {
	w := &g.w
	for i, id := range b.ID {
		if g.bounded && !g.before(id, g.bound) {
			continue
		}
		if n := len(w.streams); n == 0 || w.streams[n-1].id != b.Stream[i] {
			w.streams = append(w.streams, streamRef{b.Stream[i], b.StreamName[i]})
		}
		w.rows = append(w.rows, row{id, int32(len(w.streams) - 1), int32(len(b.Message[i])), len(w.text)})
		w.text = append(w.text, b.Message[i]...)
	}
}

// absorb takes in what another gather of the same pass gathered.
func (g *gather) absorb(other *gather) {
	if other.bounded && (!g.bounded || g.before(other.bound, g.bound)) {
		g.bound, g.bounded = other.bound, true
	}
	w, from := &g.w, &other.w
	streams, text := int32(len(w.streams)), len(w.text)
	w.streams = append(w.streams, from.streams...)
	w.text = append(w.text, from.text...)
	for _, r := range from.rows {
		r.stream += streams
		r.start += text
		w.rows = append(w.rows, r)
	}
}

func (g *gather) isFull() bool { return len(g.w.rows) >= 2*g.most || len(g.w.text) >= 2*g.bytes }

// before tells whether a comes before b in the scan's order.
func (g *gather) before(a, b logs.EventID) bool {
	if g.reverse {
		a, b = b, a
	}
	return a.Less(b)
}

// first gives the rows that are wanted, in ascending order of id: those that come first in the scan's order. If these are
// not all, the last of them becomes the bound.
func (g *gather) first() []place {
	all := g.sorter.sort(g.w.rows)
	next := func(i int) *row { return &g.w.rows[all[i].row] }
	if g.reverse {
		next = func(i int) *row { return &g.w.rows[all[len(all)-1-i].row] }
	}
	keep, size := 0, 0
	for ; keep < len(all); keep++ {
		r := next(keep)
		if g.bounded && g.before(g.bound, r.id) {
			break
		}
		if size += int(r.length); keep == g.most || keep > 0 && size > g.bytes {
			g.bound, g.bounded = next(keep-1).id, true
			break
		}
	}
	if g.reverse {
		return all[len(all)-keep:]
	}
	return all[:keep]
}

// trim keeps the first rows in the scan's order, with their messages alone.
func (g *gather) trim() {
	first := g.first()
	if len(first) == len(g.w.rows) {
		return
	}
	rows, text := g.pack(first, g.rows[:0], g.spare[:0])
	g.w.rows, g.rows = rows, g.w.rows
	g.w.text, g.spare = text, g.w.text
}

// pack appends rows, and their messages in the same order.
func (g *gather) pack(order []place, rows []row, text []byte) ([]row, []byte) {
	for _, p := range order {
		r := g.w.rows[p.row]
		from := len(text)
		text = append(text, g.w.text[r.start:r.start+int(r.length)]...)
		r.start = from
		rows = append(rows, r)
	}
	return rows, text
}

// narrow tells the cursor what is not wanted any more.
func (g *gather) narrow(c *segment.Cursor) {
	switch {
	case !g.bounded:
	case g.reverse:
		c.NarrowAfter(g.bound)
	default:
		c.NarrowBefore(g.bound)
	}
}

// window is what was gathered between two ids, in memory of its own.
func (g *gather) window(lo, hi logs.EventID) *window {
	first := g.first()
	size := 0
	for _, p := range first {
		size += int(g.w.rows[p.row].length)
	}
	w := &window{lo: lo, hi: hi}
	w.rows, w.text = g.pack(first, make([]row, 0, len(first)), make([]byte, 0, size))
	w.streams = append(w.streams, g.w.streams...)
	if g.bounded && g.reverse {
		w.lo = g.bound
	} else if g.bounded {
		w.hi = g.bound
	}
	return w
}
