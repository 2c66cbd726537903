package storage

import (
	"context"
	"errors"
	"math"
	"sort"
	"sync"
	"sync/atomic"

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
// these are given it passes again, behind them. Each pass is about a slice of time that holds about as much as is wanted,
// so that the rest is not decoded; a scan that goes on takes larger slices, and much larger ones while it finds nothing. A walk in pages finds the windows of its pages
// before (see windows).
type pass struct {
	segment  *live
	reader   *segment.Reader
	lo, hi   logs.EventID // inclusive: what is to be passed over
	more     bool         // something is
	reverse  bool
	window   *window
	shared   bool // window was made by another scan: streams may have been deleted since
	from, to int  // rows of window that are left, to before to
	at       int  // the row that next stepped to
	rows     int  // most of a window
	bytes    int
	target   float64 // message bytes of the next slice
	density  float64 // message bytes of a millisecond, taken to be even
	first    int64   // times between which the streams' events lie
	last     int64
	key      *windowKey // where windows are remembered; nil: nowhere
	pacing
}

// firstSlice is how many message bytes the first slice of a scan holds that may end soon; those that follow are
// sliceGrowth times as large each.
const (
	firstSlice  = 2 << 20
	sliceGrowth = 4
)

func newPass(s *Scanner, l *live, reader *segment.Reader) *pass {
	o := &s.e.o
	p := &pass{
		segment: l, reader: reader, lo: s.lo, hi: s.hi, more: true, reverse: s.q.Reverse,
		rows: max(o.ScanRows/s.share, min(minPassRows, o.ScanRows)), bytes: max(o.ScanBytes/s.share, min(minPassBytes, o.ScanBytes)),
	}
	bytes := p.measure(s)
	p.target = float64(p.bytes)
	if s.q.Limit > 0 || s.q.Match != nil {
		p.target = min(p.target, firstSlice)
	}
	if s.q.Required != nil { // most blocks may not have to be read
		p.target *= sliceGrowth
	}
	if s.q.MaxBytes > 0 {
		from, to := reader.Blocks(s.q.Group)
		p.pacing = newPacing(float64(s.q.MaxBytes)/float64(s.share), bytes/float64(to-from))
		p.target = min(p.target, p.small)
	}
	if s.isPage() {
		p.key = s.windowKey(l)
	}
	return p
}

// measure finds out how much there is of the scan's streams.
func (p *pass) measure(s *Scanner) (all float64) {
	bytes := int64(0)
	p.first, p.last = math.MaxInt64, 0
	runs := p.reader.Runs(s.q.Group)
	for i := range runs {
		if run := &runs[i]; s.wantsRun(run) {
			bytes += run.Bytes
			p.first, p.last = min(p.first, run.FirstEvent), max(p.last, run.LastEvent)
		}
	}
	p.density = float64(bytes) / (float64(p.last) - float64(p.first) + 1)
	return float64(bytes)
}

// slice is what the next pass is about: the part of lo to hi that comes first in the scan's order, at least a millisecond.
func (p *pass) slice(s *Scanner) (lo, hi logs.EventID) {
	lo, hi = p.lo, p.hi
	if p.uneven {
		return p.unevenSlice(s, lo, hi)
	}
	if length := p.target / p.density; p.density > 0 && length < float64(p.last-p.first) {
		return p.begin(s, lo, hi, int64(length))
	}
	return lo, hi
}

// begin is the part of lo to hi that comes first in the scan's order and ends so many milliseconds behind the first event that
// it can have; all of it if there are no events behind that.
func (p *pass) begin(s *Scanner, lo, hi logs.EventID, length int64) (least, most logs.EventID) {
	from, to := max(lo.Timestamp, p.first), min(hi.Timestamp, p.last)
	switch {
	case from >= to || length >= to-from: // compared so that no sum goes beyond the greatest time
	case s.q.Reverse:
		lo = logs.MinEventID(to - length)
	default:
		hi = logs.MaxEventID(from + length)
	}
	return lo, hi
}

func (p *pass) next(s *Scanner) (bool, error) {
	for p.waits = false; ; {
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
		if p.from == p.to && p.more && p.small > 0 {
			p.waits = true
			return true, nil
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
		p.target = max(p.target, float64(bytes))
	} else if s.q.Limit > 0 {
		rows = min(rows, max(s.q.Limit-s.given, 1))
	}
	lo, hi := p.slice(s)
	before := s.stats.Bytes
	w, err := p.look(s, lo, hi, takeGather(rows, bytes, s.q.Reverse), p.most())
	for errors.Is(err, errDense) {
		most, ok := p.most(), false
		if lo, hi, ok = p.shorten(s, lo, hi); !ok {
			most = math.MaxInt64
		}
		before = s.stats.Bytes
		w, err = p.look(s, lo, hi, takeGather(rows, bytes, s.q.Reverse), most)
	}
	if err != nil {
		return nil, err
	}
	p.grow(len(w.rows) == 0, s.stats.Bytes-before)
	return w, nil
}

// look makes a window of the rows between two ids, both inclusive, with the memory of g. It gives up with errDense beyond so many
// message bytes.
func (p *pass) look(s *Scanner, lo, hi logs.EventID, g *gather, most int64) (*window, error) {
	defer g.give()
	q := s.segmentQuery()
	q.Range, q.After, q.Before = logs.AllTime, logs.EventID{}, logs.EventID{}
	if before, ok := lo.Previous(); ok {
		q.After = before
	}
	if after, ok := hi.Next(); ok {
		q.Before = after
	}
	if err := p.gather(s, q, g, most); err != nil {
		return nil, err
	}
	return g.window(lo, hi), nil
}

// gather passes over the blocks of the group: with a Match, which is the dear part, on several cores.
func (p *pass) gather(s *Scanner, q segment.Query, g *gather, most int64) error {
	from, to := p.reader.Blocks(s.q.Group)
	workers := min(s.e.o.ScanWorkers, (to-from)/passBlocks)
	if s.q.Match == nil || p.target < firstSlice || workers < 2 {
		stats, err := p.gatherBlocks(s, s.ctx, q, g, from, to, most)
		s.stats.Add(stats)
		return err
	}
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	var next, looked atomic.Int64
	gathers, stats := make([]*gather, workers), make([]segment.Stats, workers)
	var wg sync.WaitGroup
	for w := range workers {
		gathers[w] = takeGather(max(g.most/workers, 1), max(g.bytes/workers, 1), g.reverse)
		defer gathers[w].give()
		wg.Go(func() {
			for {
				at := from + passBlocks*int(next.Add(1)-1)
				if at >= to {
					return
				}
				some, err := p.gatherBlocks(s, ctx, q, gathers[w], at, min(at+passBlocks, to), most)
				if stats[w].Add(some); err == nil && looked.Add(some.Bytes) > most {
					err = errDense
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for w := range workers {
		s.stats.Add(stats[w])
		g.absorb(gathers[w])
	}
	return context.Cause(ctx)
}

// passBlocks is how many blocks a goroutine of a pass takes at a time.
const passBlocks = 16

func (p *pass) gatherBlocks(s *Scanner, ctx context.Context, q segment.Query, g *gather, from, to int, most int64) (segment.Stats, error) {
	q.Check = func(looked segment.Stats) error {
		if looked.Bytes > most {
			return errDense
		}
		return ctx.Err()
	}
	c := p.reader.ScanBlocks(s.q.Group, from, to, q, s.wantsRun)
	defer c.Close()
	g.narrow(c)
	for {
		ok, err := s.e.step(ctx, p.segment, c, &g.batch)
		if err != nil || !ok {
			return c.Stats(), err
		}
		g.add(&g.batch)
		if g.isFull() {
			g.trim()
			g.narrow(c)
		}
	}
}

func (p *pass) row() *row { return &p.window.rows[p.at] }

// id is that of the row, or of a pass that waits a bound of those that are left.
func (p *pass) id() logs.EventID {
	switch {
	case !p.waits:
		return p.row().id
	case p.reverse:
		return p.hi
	}
	return p.lo
}

func (p *pass) stream() (logs.StreamID, string) { return p.window.stream(p.row()) }
func (p *pass) message() []byte                 { return p.window.message(p.row()) }

// isVolatile is false: a window does not change.
func (p *pass) isVolatile() bool { return false }

func (p *pass) close(s *Scanner) {
	p.window = nil
	s.done(p.segment)
}
