package storage

import (
	"context"
	"fmt"
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
	q.Reverse, q.Limit, q.MaxBytes = false, 0, 0
	s := e.newScanner(ctx, q)
	defer s.Close()
	heads, ok := s.begin()
	if !ok {
		return ScanStats{}, nil
	}
	workers = max(workers, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	v := &visitor{s: s, ctx: ctx, workers: workers, visit: visit}
	for _, h := range heads {
		v.heads = append(v.heads, h.Split(s.headQuery(), workers*partsPerWorker)...)
	}
	for l := range s.held {
		v.segments = append(v.segments, l)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			if err := v.work(w); err != nil {
				cancel(fmt.Errorf("visit group %d: %w", q.Group, err))
			}
		})
	}
	wg.Wait()
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
	s       *Scanner // for what it holds and wants; it is not stepped
	ctx     context.Context
	workers int
	visit   func(worker int, b *column.Batch) error

	mu       sync.Mutex
	heads    []*head.Cursor
	segments []*live // to be opened
	segment  *live   // being handed out: its blocks from from to before to are left; nil: none
	reader   *segment.Reader
	from, to int
	stats    ScanStats
}

// part is what a worker reads at a time: part of a head, or some blocks of a segment.
type part struct {
	head     *head.Cursor
	segment  *live
	reader   *segment.Reader
	from, to int
}

// next takes a part; false if there are no more.
func (v *visitor) next() (part, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.ctx.Err(); err != nil {
		return part{}, false, err
	}
	if n := len(v.heads); n > 0 {
		p := part{head: v.heads[n-1]}
		v.heads = v.heads[:n-1]
		return p, true, nil
	}
	for v.from >= v.to {
		v.leave()
		n := len(v.segments)
		if n == 0 {
			return part{}, false, nil
		}
		l := v.segments[n-1]
		v.segments = v.segments[:n-1]
		if err := v.open(l); err != nil {
			return part{}, false, err
		}
	}
	from := v.from
	v.s.held[v.segment]++
	v.from = min(v.to, from+max(1, min(partBlocks, (v.to-from)/v.workers)))
	return part{segment: v.segment, reader: v.reader, from: from, to: v.from}, true, nil
}

// open begins a segment; one that is damaged has no parts.
func (v *visitor) open(l *live) error {
	reader, err := v.s.e.readers.open(l)
	switch {
	case isDamage(err):
		v.s.e.broken(l, err)
		v.s.done(l)
	case err != nil:
		return err
	default:
		v.segment, v.reader = l, reader
		v.from, v.to = reader.Blocks(v.s.q.Group)
	}
	return nil
}

// leave gives up the segment of which nothing is left to hand out; those who read parts of it hold it too.
func (v *visitor) leave() {
	if v.segment != nil {
		v.s.done(v.segment)
		v.segment = nil
	}
}

// work visits part after part.
func (v *visitor) work(worker int) error {
	var b column.Batch
	var fields *column.Extractor
	if len(v.s.q.Fields) > 0 {
		fields = column.NewExtractor(v.s.q.Fields)
	}
	for {
		p, ok, err := v.next()
		if err != nil || !ok {
			return err
		}
		var stats ScanStats
		if p.head != nil {
			stats, err = v.visitHead(worker, p.head, &b, fields)
		} else {
			stats, err = v.visitBlocks(worker, p, &b)
		}
		v.mu.Lock()
		if p.segment != nil {
			v.s.done(p.segment)
		}
		v.stats.Add(stats)
		if v.s.q.Report != nil {
			v.s.q.Report(v.stats)
		}
		v.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

func (v *visitor) visitBlocks(worker int, p part, b *column.Batch) (ScanStats, error) {
	q := v.s.segmentQuery()
	q.Fields = v.s.q.Fields
	c := p.reader.ScanBlocks(v.s.q.Group, p.from, p.to, q, v.s.wantsRun)
	defer c.Close()
	for {
		ok, err := v.s.e.step(v.ctx, p.segment, c, b)
		if err == nil && ok {
			err = v.visit(worker, b)
		}
		if err != nil || !ok {
			return c.Stats(), err
		}
	}
}

func (v *visitor) visitHead(worker int, c *head.Cursor, b *column.Batch, fields *column.Extractor) (stats ScanStats, err error) {
	for more := true; more; {
		if err := v.ctx.Err(); err != nil {
			return stats, err
		}
		b.Reset()
		b.UseFields(len(v.s.q.Fields))
		if fields != nil {
			fields.Reset()
		}
		for looked := 0; b.Len() < batchEvents && looked < checkEvery; looked++ {
			if more = c.Next(); !more {
				break
			}
			stats.Events++
			stats.Bytes += int64(len(c.Message()))
			if match := v.s.q.Match; match == nil || match(c.Message()) {
				v.append(b, c)
				if fields != nil {
					fields.Append(b.Fields, c.Message())
				}
			}
		}
		if b.Len() > 0 {
			if err := v.visit(worker, b); err != nil {
				return stats, err
			}
		}
	}
	stats.Add(skipped(c))
	return stats, nil
}

// append adds the event that c stands at, with the columns that are wanted.
func (v *visitor) append(b *column.Batch, c *head.Cursor) {
	columns := v.s.q.Columns
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
