package storage

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"tailrace/internal/column"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
)

// ScanStats is what a scan or a visit looked at and what it left out because of Query.Required and Query.Where.
type ScanStats = segment.Stats

// Visit gives every event of a query once, in no order, to up to workers goroutines (at least one). Each calls visit with
// its own number, from 0 on, and with one batch at a time, which is valid during the call; Query.Columns says what is in it.
// Order, limit and size of a query (Reverse, Limit, MaxBytes) do not count here. The first error ends the visit and is
// returned. It sees what a scan sees and treats damage alike; its memory is a cursor's and a batch a worker, and it has open
// what its workers read.
func (e *Engine) Visit(ctx context.Context, q Query, workers int, visit func(worker int, b *column.Batch) error) (ScanStats, error) {
	one := func(yield func(Query, error) bool) { yield(q, nil) }
	return e.VisitAll(ctx, one, workers, func(worker, _ int, b *column.Batch) error { return visit(worker, b) })
}

// VisitAll is Visit of several queries, one after the other: who has nothing left to do for one goes on with the next. Visit is told
// which query a batch is of, counted from 0. A query is asked for when it is its turn, by one goroutine at a time; an error in its place
// ends the visit. Statistics are of all queries together.
func (e *Engine) VisitAll(ctx context.Context, queries iter.Seq2[Query, error], workers int, visit func(worker, query int, b *column.Batch) error) (ScanStats, error) {
	workers = max(workers, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	v := &visitor{e: e, ctx: ctx, workers: workers, visit: visit}
	var stop func()
	v.queries, stop = iter.Pull2(queries)
	defer stop()
	var wg sync.WaitGroup
	for n := range workers {
		wg.Go(func() {
			w := &visitWorker{visitor: v, number: n}
			if err := w.work(); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	for _, t := range v.turns {
		t.s.Close()
	}
	return v.stats, context.Cause(ctx)
}

const (
	// partsPerWorker is how many parts of a head or segment there are for each worker: more of them end together.
	partsPerWorker = 8
	// partBlocks is the most blocks of a part.
	partBlocks = 64
)

// visitor hands out the parts of a visit to its workers.
type visitor struct {
	e       *Engine
	ctx     context.Context
	workers int
	visit   func(worker, query int, b *column.Batch) error

	mu      sync.Mutex
	queries func() (Query, error, bool)
	begun   int
	turns   []*turn // queries of which something is left to read: the last one is handed out
	stats   ScanStats
}

// turn is a query that has begun. It changes under the visitor's lock.
type turn struct {
	s        *Scanner // for what it holds and wants; it is not stepped
	query    int
	parts    int // being read
	heads    []*head.Cursor
	segments []*live // to be opened
	segment  *live   // being handed out: its blocks from from to before to are left; nil: none
	reader   *segment.Reader
	from, to int
}

// part is what a worker reads at a time: part of a head, or some blocks of a segment.
type part struct {
	of       *turn
	head     *head.Cursor
	segment  *live
	reader   *segment.Reader
	from, to int
}

// next takes a part; false if there are no more.
func (v *visitor) next() (part, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for {
		if err := v.ctx.Err(); err != nil {
			return part{}, false, err
		}
		if n := len(v.turns); n > 0 {
			p, ok, err := v.turns[n-1].next(v)
			if err != nil || ok {
				return p, ok, err
			}
		}
		if more, err := v.begin(); err != nil || !more {
			return part{}, false, err
		}
	}
}

// begin begins the next query, and forgets those that have ended; false if there is none.
func (v *visitor) begin() (bool, error) {
	v.turns = slices.DeleteFunc(v.turns, func(t *turn) bool {
		if t.parts == 0 {
			t.s.Close()
		}
		return t.parts == 0
	})
	q, err, ok := v.queries()
	if err != nil || !ok {
		return false, err
	}
	q.Reverse, q.Limit, q.MaxBytes = false, 0, 0
	t := &turn{s: v.e.newScanner(v.ctx, q), query: v.begun}
	v.begun++
	v.turns = append(v.turns, t)
	heads, ok := t.s.begin()
	if !ok {
		return true, nil
	}
	for _, h := range heads {
		t.heads = append(t.heads, h.Split(t.s.headQuery(), v.workers*partsPerWorker)...)
	}
	for l := range t.s.held {
		t.segments = append(t.segments, l)
	}
	return true, nil
}

func (t *turn) next(v *visitor) (part, bool, error) {
	if n := len(t.heads); n > 0 {
		p := part{of: t, head: t.heads[n-1]}
		t.heads = t.heads[:n-1]
		t.parts++
		return p, true, nil
	}
	t.heads = nil // what they were made of can go
	for t.from >= t.to {
		t.leave()
		n := len(t.segments)
		if n == 0 {
			return part{}, false, nil
		}
		l := t.segments[n-1]
		t.segments = t.segments[:n-1]
		if err := t.open(l); err != nil {
			return part{}, false, t.wrap(err)
		}
	}
	from := t.from
	t.s.held[t.segment]++
	t.parts++
	t.from = min(t.to, from+max(1, min(partBlocks, (t.to-from)/v.workers)))
	return part{of: t, segment: t.segment, reader: t.reader, from: from, to: t.from}, true, nil
}

func (t *turn) wrap(err error) error { return fmt.Errorf("visit group %d: %w", t.s.q.Group, err) }

// open begins a segment; one that is damaged has no parts.
func (t *turn) open(l *live) error {
	reader, err := t.s.e.readers.open(l)
	switch {
	case isDamage(err):
		t.s.e.broken(l, err)
		t.s.done(l)
	case err != nil:
		return err
	default:
		t.segment, t.reader = l, reader
		t.from, t.to = reader.Blocks(t.s.q.Group)
	}
	return nil
}

// leave gives up the segment of which nothing is left to hand out; those who read parts of it hold it too.
func (t *turn) leave() {
	if t.segment != nil {
		t.s.done(t.segment)
		t.segment = nil
	}
}

// visitWorker is what a goroutine of a visit has of its own.
type visitWorker struct {
	*visitor
	number int
	batch  column.Batch
	paths  []string // of fields
	parts  *column.Parts
	fields *column.Extractor
}

// work visits part after part.
func (w *visitWorker) work() error {
	for {
		p, ok, err := w.next()
		if err != nil || !ok {
			return err
		}
		var stats ScanStats
		if p.head != nil {
			stats, err = w.visitHead(p)
		} else {
			stats, err = w.visitBlocks(p)
		}
		w.end(p, stats)
		if err != nil {
			return p.of.wrap(err)
		}
	}
}

// end gives back a part and counts what it had.
func (v *visitor) end(p part, stats ScanStats) {
	v.mu.Lock()
	defer v.mu.Unlock()
	p.of.parts--
	if p.segment != nil {
		p.of.s.done(p.segment)
	}
	v.stats.Add(stats)
	if report := p.of.s.q.Report; report != nil {
		report(v.stats)
	}
}

func (w *visitWorker) visitBlocks(p part) (ScanStats, error) {
	s := p.of.s
	q := s.segmentQuery()
	q.Fields, q.Parts = s.q.Fields, s.q.Parts
	c := p.reader.ScanBlocks(s.q.Group, p.from, p.to, q, s.wantsRun)
	defer c.Close()
	for {
		ok, err := w.e.step(w.ctx, p.segment, c, &w.batch)
		if err == nil && ok {
			err = w.visit(w.number, p.of.query, &w.batch)
		}
		if err != nil || !ok {
			return c.Stats(), err
		}
	}
}

func (w *visitWorker) visitHead(p part) (stats ScanStats, err error) {
	b, c, q := &w.batch, p.head, &p.of.s.q
	w.useFields(q.Fields, q.Parts)
	for more := true; more; {
		if err := w.ctx.Err(); err != nil {
			return stats, err
		}
		b.Reset()
		b.UseFields(len(q.Fields) + q.Parts.Len())
		w.fields.Reset()
		for looked := 0; b.Len() < batchEvents && looked < checkEvery; looked++ {
			if more = c.Next(); !more {
				break
			}
			stats.Events++
			stats.Bytes += int64(len(c.Message()))
			if q.Match == nil || q.Match(c.Message()) {
				appendEvent(b, c, q.Columns)
				if len(b.Fields) > 0 {
					w.fields.Append(b.Fields, c.Message())
				}
			}
		}
		if b.Len() > 0 {
			if err := w.visit(w.number, p.of.query, b); err != nil {
				return stats, err
			}
		}
	}
	stats.Add(skipped(c))
	return stats, nil
}

// useFields makes the extractor one of some fields; mostly it is.
func (w *visitWorker) useFields(paths []string, parts *column.Parts) {
	if w.fields == nil || w.parts != parts || !slices.Equal(w.paths, paths) {
		w.paths, w.parts, w.fields = paths, parts, column.NewExtractor(paths, parts)
	}
}

// appendEvent adds the event that c stands at, with the columns that are wanted.
func appendEvent(b *column.Batch, c *head.Cursor, columns column.Columns) {
	at := b.Extend(1, c.Stream(), c.Name(), columns)
	if columns.Has(column.Time) {
		b.Time[at] = c.ID().Timestamp
	}
	if columns.Has(column.ID) {
		b.ID[at] = c.ID()
	}
	if columns.Has(column.Message | column.Rest) {
		b.Message[at] = c.Message()
	}
}
