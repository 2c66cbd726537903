package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// twice looks for events that lie in two segments. Runs of a stream that have no moment in common cannot share an id, so only
// those that do are read again, ids alone.
func (c *check) twice(ctx context.Context) error {
	readers := map[int]*segment.Reader{}
	for id, t := range c.held {
		slices.SortFunc(t.runs, func(a, b span) int { return cmp.Compare(a.first, b.first) })
		for from := 0; from < len(t.runs); {
			to, last := from+1, t.runs[from].last
			for to < len(t.runs) && t.runs[to].first <= last {
				last = max(last, t.runs[to].last)
				to++
			}
			if to-from > 1 {
				if err := c.merge(ctx, readers, t.group, id, t.runs[from:to]); err != nil {
					return err
				}
			}
			from = to
		}
		t.runs = nil
	}
	return nil
}

// mergedReaders bounds the directories that are kept in memory between streams.
const mergedReaders = 64

// merge reads the ids of runs that overlap side by side and looks for one that comes twice.
func (c *check) merge(ctx context.Context, readers map[int]*segment.Reader, group logs.GroupID, stream logs.StreamID, runs []span) error {
	if len(readers) > mergedReaders {
		clear(readers)
	}
	var inputs []*ids
	defer func() {
		for _, in := range inputs {
			in.cursor.Close()
		}
	}()
	for _, s := range runs {
		r := readers[s.segment]
		if r == nil {
			var err error
			if r, err = opened(&c.snap.Live[s.segment]); err != nil {
				return err
			}
			readers[s.segment] = r
		}
		run, ok := r.Run(group, stream)
		if !ok {
			return fmt.Errorf("segment %s: stream %d is gone", c.snap.Live[s.segment].Object, stream)
		}
		in := &ids{segment: s.segment, cursor: r.Cursor(run, segment.Query{Range: logs.AllTime, Columns: column.ID})}
		inputs = append(inputs, in)
		if err := in.next(); err != nil {
			return err
		}
	}
	return c.compare(ctx, stream, slices.Clone(inputs))
}

func (c *check) compare(ctx context.Context, stream logs.StreamID, inputs []*ids) error {
	var last logs.EventID
	from := -1
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		inputs = slices.DeleteFunc(inputs, func(in *ids) bool { return in.batch.Len() == 0 })
		if len(inputs) == 0 {
			return nil
		}
		least := slices.MinFunc(inputs, func(a, b *ids) int { return a.id().Compare(b.id()) })
		if from >= 0 && least.id() == last {
			c.report.problem(Event, c.snap.Live[least.segment].Object, adviseReport, "event %s of stream %d is in %s too",
				last, stream, c.snap.Live[from].Object)
			return nil // one is enough to know
		}
		last, from = least.id(), least.segment
		if err := least.next(); err != nil {
			return err
		}
	}
}

// ids is the ids of a run, one after the other.
type ids struct {
	segment int
	cursor  *segment.Cursor
	batch   column.Batch
	at      int
}

func (in *ids) id() logs.EventID { return in.batch.ID[in.at] }

// next steps on; at the end the batch is empty.
func (in *ids) next() error {
	if in.at++; in.at < in.batch.Len() {
		return nil
	}
	in.at = 0
	_, err := in.cursor.Next(&in.batch)
	return err
}
