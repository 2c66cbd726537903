package storage

import (
	"slices"
	"sort"
	"sync"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// What a pass may keep at least, however many segments overlap.
const (
	minPassRows  = 256
	minPassBytes = 1 << 20
)

// pass reads many streams of one segment in order of id without a cursor for each: it passes over them in the order of
// storage and keeps a window of the first rows in the scan's order that match, as many as its share of memory allows. When
// these are given it passes again, behind them. A walk in pages finds the windows of its pages before (see windows).
type pass struct {
	segment  *live
	reader   *segment.Reader
	lo, hi   logs.EventID // inclusive: what is to be passed over
	more     bool         // something is
	window   *window
	shared   bool // window was made by another scan: streams may have been deleted since
	from, to int  // rows of window that are left, to before to
	at       int  // the row that next stepped to
	rows     int  // most of a window
	bytes    int
	key      *windowKey // where windows are remembered; nil: nowhere
}

func newPass(s *Scanner, l *live, reader *segment.Reader) *pass {
	o := &s.e.o
	p := &pass{
		segment: l, reader: reader, lo: s.lo, hi: s.hi, more: true,
		rows: max(o.ScanRows/s.share, min(minPassRows, o.ScanRows)), bytes: max(o.ScanBytes/s.share, min(minPassBytes, o.ScanBytes)),
	}
	if s.isPage() {
		p.key = &windowKey{segment: l.meta.ID, group: s.q.Group, streams: s.streamsKey()}
	}
	return p
}

func (p *pass) next(s *Scanner) (bool, error) {
	for {
		for p.from < p.to {
			if s.q.Reverse {
				p.to--
				p.at = p.to
			} else {
				p.at = p.from
				p.from++
			}
			if !p.shared || s.wants(p.stream()) {
				return true, nil
			}
		}
		if !p.more {
			return false, nil
		}
		if err := p.advance(s); err != nil {
			return false, err
		}
	}
}

// advance finds or makes the window where what is left begins.
func (p *pass) advance(s *Scanner) error {
	begin := p.lo
	if s.q.Reverse {
		begin = p.hi
	}
	w := s.e.windows.find(p.key, begin)
	if p.shared = w != nil; !p.shared {
		var err error
		if w, err = p.make(s); err != nil {
			return err
		}
		s.e.windows.add(p.key, w)
	}
	p.window = w
	p.from = sort.Search(len(w.rows), func(i int) bool { return !w.rows[i].id.Less(p.lo) })
	p.to = sort.Search(len(w.rows), func(i int) bool { return p.hi.Less(w.rows[i].id) })
	if s.q.Reverse {
		p.more = p.lo.Less(w.lo)
		p.hi, _ = w.lo.Previous()
	} else {
		p.more = w.hi.Less(p.hi)
		p.lo, _ = w.hi.Next()
	}
	return nil
}

// make makes one pass. A walk that goes on gets a window for several pages, if there is room to make one.
func (p *pass) make(s *Scanner) (*window, error) {
	rows, bytes := p.rows, p.bytes
	if s.isPage() && s.isContinued() && s.e.windows.begin() {
		defer s.e.windows.end()
		bytes = min(bytes, windowBytes)
	} else if s.q.Limit > 0 {
		rows = min(rows, max(s.q.Limit-s.given, 1))
	}
	g := gathers.Get().(*gather)
	defer g.give()
	g.begin(rows, bytes, s.q.Reverse)
	q := s.segmentQuery()
	q.Range, q.After, q.Before = logs.AllTime, logs.EventID{}, logs.EventID{}
	if before, ok := p.lo.Previous(); ok {
		q.After = before
	}
	if after, ok := p.hi.Next(); ok {
		q.Before = after
	}
	c := p.reader.Scan(s.q.Group, q, s.wantsRun)
	defer c.Close()
	var batch column.Batch
	for {
		ok, err := s.step(p.segment, c, &batch)
		if err != nil {
			return nil, err
		}
		if !ok {
			return g.window(p.lo, p.hi), nil
		}
		g.add(&batch)
		if g.isFull() {
			g.trim()
			g.narrow(c)
		}
	}
}

func (p *pass) row() *row                       { return &p.window.rows[p.at] }
func (p *pass) id() logs.EventID                { return p.row().id }
func (p *pass) stream() (logs.StreamID, string) { return p.window.stream(p.row()) }
func (p *pass) message() []byte                 { return p.window.message(p.row()) }

// isVolatile is false: a window does not change.
func (p *pass) isVolatile() bool { return false }

func (p *pass) close(s *Scanner) {
	p.window = nil
	s.done(p.segment)
}

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
	spare   []byte
	reverse bool
	most    int // rows
	bytes   int // most bytes of messages
	bound   logs.EventID
	bounded bool // rows behind bound are not wanted
}

var gathers = sync.Pool{New: func() any { return new(gather) }}

// keepGather bounds the memory that waits for the next pass.
const keepGather = 16 << 20

func (g *gather) give() {
	if cap(g.w.text) > keepGather {
		g.w.text = nil
	}
	if cap(g.spare) > keepGather {
		g.spare = nil
	}
	clear(g.w.streams)
	gathers.Put(g)
}

func (g *gather) begin(rows, bytes int, reverse bool) {
	*g = gather{w: window{rows: g.w.rows[:0], streams: g.w.streams[:0], text: g.w.text[:0]}, spare: g.spare, reverse: reverse, most: rows, bytes: bytes}
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

func (g *gather) isFull() bool { return len(g.w.rows) >= 2*g.most || len(g.w.text) >= 2*g.bytes }

// before tells whether a comes before b in the scan's order.
func (g *gather) before(a, b logs.EventID) bool {
	if g.reverse {
		a, b = b, a
	}
	return a.Less(b)
}

// trim sorts the rows in the scan's order and keeps the first of them, with their messages alone.
func (g *gather) trim() {
	w := &g.w
	slices.SortFunc(w.rows, func(a, b row) int {
		if g.reverse {
			return b.id.Compare(a.id)
		}
		return a.id.Compare(b.id)
	})
	keep, size := 0, 0
	for keep < len(w.rows) && keep < g.most && (keep == 0 || size+int(w.rows[keep].length) <= g.bytes) {
		size += int(w.rows[keep].length)
		keep++
	}
	if keep == len(w.rows) {
		return
	}
	w.rows = w.rows[:keep]
	w.text, g.spare = w.pack(g.spare[:0]), w.text
	g.bound, g.bounded = w.rows[keep-1].id, true
}

// pack moves the messages of the rows to dst, in their order.
func (w *window) pack(dst []byte) []byte {
	for i := range w.rows {
		r := &w.rows[i]
		from := len(dst)
		dst = append(dst, w.text[r.start:r.start+int(r.length)]...)
		r.start = from
	}
	return dst
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
	g.trim()
	w := &window{lo: lo, hi: hi, rows: slices.Clone(g.w.rows), streams: slices.Clone(g.w.streams)}
	if g.reverse {
		slices.Reverse(w.rows)
	}
	if g.bounded && g.reverse {
		w.lo = g.bound
	} else if g.bounded {
		w.hi = g.bound
	}
	size := 0
	for i := range w.rows {
		size += int(w.rows[i].length)
	}
	w.text = g.w.text
	w.text = w.pack(make([]byte, 0, size))
	return w
}
