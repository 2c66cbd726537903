package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// purgeChunk is how many rows of streams of deleted groups leave the catalog in one transaction.
const purgeChunk = 1000

// Reclaim gives the space of expired and deleted events back: segments without living events are removed, those with many
// dead ones are rewritten without them (Options.ReclaimShare), and what the catalog keeps of deleted streams goes when none of
// their events is left. A segment that cannot be rewritten, on a full disk for one, does not keep others from giving way.
func (e *Engine) Reclaim(ctx context.Context) error {
	r, err := e.beginReclaim(ctx)
	if err != nil {
		return fmt.Errorf("reclaim: %w", err)
	}
	var failed error
	for _, id := range r.segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.segment(ctx, id); err != nil {
			failed = errors.Join(failed, fmt.Errorf("reclaim segment %d: %w", id, err))
			if errors.Is(err, catalog.ErrUnavailable) {
				break
			}
		}
	}
	if failed != nil {
		return failed
	}
	if err := r.forget(ctx); err != nil {
		return fmt.Errorf("reclaim: %w", err)
	}
	for {
		n, err := e.o.Catalog.PurgeStreams(ctx, purgeChunk)
		if err != nil {
			return fmt.Errorf("reclaim: purge streams: %w", err)
		}
		if n < purgeChunk {
			return nil
		}
	}
}

// reclaim is one pass.
type reclaim struct {
	e        *Engine
	segments []catalog.SegmentID
	expire   map[logs.GroupID]int64 // least event time that stays; a group that is not in here was deleted
	dropped  dropped                // streams deleted when the pass began; no head holds an event of theirs
	held     dropped                // those of them that a segment still holds
	groups   []logs.GroupID         // groups deleted when the pass began, as dropped
}

// beginReclaim snapshots what the pass goes over. The live set comes before the groups: a group whose events lie in it and
// that is not there was deleted, not just made. With flushMu held no flush is on its way that may still carry events of
// dropped streams.
func (e *Engine) beginReclaim(ctx context.Context) (*reclaim, error) {
	e.flushMu.Lock()
	defer e.flushMu.Unlock()
	if err := e.settle(ctx); err != nil {
		return nil, err
	}
	r := &reclaim{e: e, expire: map[logs.GroupID]int64{}, dropped: dropped{}, held: dropped{}}
	e.mu.RLock()
	r.segments = slices.Sorted(maps.Keys(e.live))
	e.table.mu.Lock()
	for group, streams := range e.table.dropped {
		r.dropped[group] = maps.Clone(streams)
	}
	r.groups = slices.Collect(maps.Keys(e.table.droppedGroups))
	e.table.mu.Unlock()
	e.mu.RUnlock()
	groups, err := e.o.Catalog.AllGroups(ctx)
	if err != nil {
		return nil, fmt.Errorf("all groups: %w", err)
	}
	now := e.o.Now()
	for i := range groups {
		r.expire[groups[i].ID] = 0
		if days := groups[i].RetentionDays; days > 0 {
			r.expire[groups[i].ID] = now.Add(-time.Duration(days) * 24 * time.Hour).UnixMilli()
		}
	}
	return r, nil
}

// segment removes or rewrites one segment if that is worth it.
func (r *reclaim) segment(ctx context.Context, id catalog.SegmentID) error {
	r.e.flushMu.Lock()
	defer r.e.flushMu.Unlock()
	r.e.mu.RLock()
	l := r.e.live[id]
	r.e.mu.RUnlock()
	if l == nil {
		return nil
	}
	dead, rows := r.deadByMeta(l)
	if dead == rows {
		return r.replace(ctx, l, nil)
	}
	droppedRows, here, err := r.deadByRuns(l)
	if err != nil {
		r.hold(here)
		return r.e.segmentError(l, err)
	}
	dead += droppedRows
	if float64(dead) < r.e.o.ReclaimShare*float64(rows) || dead == 0 {
		r.hold(here)
		return nil
	}
	s, err := r.e.writeSegment(ctx, func(w *segment.Writer) error { return r.copy(ctx, w, l) })
	if err != nil {
		r.hold(here)
		return r.e.segmentError(l, err)
	}
	return r.replace(ctx, l, s)
}

// segmentError reports damage and goes on; what can never be read cannot be rewritten either.
func (e *Engine) segmentError(l *live, err error) error {
	if isDamage(err) {
		e.broken(l, err)
		return nil
	}
	return err
}

func (r *reclaim) hold(streams dropped) {
	for group, ids := range streams {
		for id := range ids {
			r.held.add(group, id)
		}
	}
}

// deadByMeta counts rows of deleted groups and expired rows, the latter estimated where a group's events are older and
// younger than its retention.
func (r *reclaim) deadByMeta(l *live) (dead, rows int64) {
	for _, g := range l.meta.Groups {
		rows += g.Rows
		least, alive := r.expire[g.Group]
		switch {
		case !alive || g.LastEvent < least:
			dead += g.Rows
		case g.FirstEvent < least:
			share := (float64(least) - float64(g.FirstEvent)) / (float64(g.LastEvent) - float64(g.FirstEvent) + 1)
			dead += min(g.Rows-1, int64(share*float64(g.Rows)))
		}
	}
	return dead, rows
}

// deadByRuns counts rows of deleted streams in groups that live, and says which streams these are. With an error, all
// that may be there are named.
func (r *reclaim) deadByRuns(l *live) (dead int64, here dropped, err error) {
	here = dropped{}
	for _, g := range l.meta.Groups {
		if _, alive := r.expire[g.Group]; alive && len(r.dropped[g.Group]) > 0 {
			here[g.Group] = r.dropped[g.Group]
		}
	}
	if len(here) == 0 {
		return 0, nil, nil
	}
	r.e.readers.hold(l)
	defer r.e.readers.release(l)
	reader, err := r.e.readers.open(l)
	if err != nil {
		return 0, here, err
	}
	found := dropped{}
	for _, run := range reader.All() {
		if here.has(run.Group, run.Stream.Stream) {
			found.add(run.Group, run.Stream.Stream)
			dead += run.Rows
		}
	}
	return dead, found, nil
}

// copy writes the living events of a segment.
func (r *reclaim) copy(ctx context.Context, w *segment.Writer, l *live) error {
	r.e.readers.hold(l)
	defer r.e.readers.release(l)
	reader, err := r.e.readers.open(l)
	if err != nil {
		return err
	}
	for _, run := range reader.All() {
		if err := ctx.Err(); err != nil {
			return err
		}
		least, alive := r.expire[run.Group]
		if !alive || run.LastEvent < least || r.dropped.has(run.Group, run.Stream.Stream) {
			continue
		}
		if err := r.copyRun(w, reader, run, least); err != nil {
			return err
		}
	}
	return nil
}

// copyRun writes what is left of one stream.
func (r *reclaim) copyRun(w *segment.Writer, reader *segment.Reader, run segment.Run, least int64) error {
	c := reader.Cursor(run, segment.Query{Range: logs.TimeRange{Start: least, End: logs.AllTime.End}})
	defer c.Close()
	var batch column.Batch
	var failed error
	at := 0
	err := w.Add(run.Stream, func() (logs.EventID, []byte, bool) {
		if at++; at >= batch.Len() {
			at = 0
			if ok, err := c.Next(&batch); !ok {
				failed = err
				return logs.EventID{}, nil, false
			}
		}
		return batch.ID[at], batch.Message[at], true
	})
	return cmp.Or(failed, err)
}

// replace takes a segment out of the live set, for another or for none.
func (r *reclaim) replace(ctx context.Context, old, by *live) error {
	e := r.e
	c := &change{commit: catalog.Commit{Remove: []catalog.SegmentID{old.meta.ID}}, undo: func() {}}
	freed := old.meta.Size
	if by != nil {
		c.commit.Add = []catalog.Segment{by.meta}
		c.undo = func() { e.readers.discard(by.meta.Object) }
		freed -= by.meta.Size
	}
	c.done = func() {
		if by != nil {
			e.addLive(by)
			e.counters.rewrites.Add(1)
		}
		e.removeLive(old.meta.ID)
		e.counters.removals.Add(1)
		e.counters.reclaimedBytes.Add(freed)
	}
	c.after = func() { e.readers.release(old) }
	return e.commit(ctx, c)
}

// forget drops what is remembered of deleted streams and groups none of whose events is left.
func (r *reclaim) forget(ctx context.Context) error {
	var ids []logs.StreamID
	gone := dropped{}
	for group, streams := range r.dropped {
		for id := range streams {
			if !r.held.has(group, id) {
				gone.add(group, id)
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		if err := r.e.o.Catalog.ForgetDropped(ctx, ids); err != nil {
			return fmt.Errorf("forget dropped streams: %w", err)
		}
	}
	groups := r.groupsGone()
	// Who read a row of the catalog under commitMu before it was deleted takes it into the table before this.
	r.e.commitMu.Lock()
	defer r.e.commitMu.Unlock()
	t := r.e.table
	t.mu.Lock()
	defer t.mu.Unlock()
	for group, streams := range gone {
		t.dropped.forget(group, streams)
	}
	for _, group := range groups {
		delete(t.droppedGroups, group)
	}
	return nil
}

// groupsGone are the deleted groups that no segment holds.
func (r *reclaim) groupsGone() []logs.GroupID {
	r.e.mu.RLock()
	defer r.e.mu.RUnlock()
	return slices.DeleteFunc(r.groups, func(id logs.GroupID) bool {
		for _, l := range r.e.live {
			if _, held := groupOf(&l.meta, id); held {
				return true
			}
		}
		return false
	})
}

// isDamage tells damage of a segment from a disk that does not answer.
func isDamage(err error) bool {
	var corrupt *segment.CorruptError
	return errors.As(err, &corrupt) || isMissing(err)
}
