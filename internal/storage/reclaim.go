package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// purgeChunk is how many rows of deleted streams leave the catalog in one transaction: other writes wait for it.
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
	*lifetimes // when the pass began: no head, and no flush or merge on its way, holds an event of a stream dropped then
	e          *Engine
	segments   []catalog.SegmentID
	held       dropped // those of the dropped streams that a segment still holds
}

// beginReclaim snapshots what the pass goes over. With mergeMu and flushMu held no merge or flush is on its way that may
// still carry events of dropped streams.
func (e *Engine) beginReclaim(ctx context.Context) (*reclaim, error) {
	e.mergeMu.Lock()
	defer e.mergeMu.Unlock()
	e.flushMu.Lock()
	defer e.flushMu.Unlock()
	if err := e.settle(ctx); err != nil {
		return nil, err
	}
	r := &reclaim{e: e, held: dropped{}}
	e.mu.RLock()
	r.segments = slices.Sorted(maps.Keys(e.live))
	e.mu.RUnlock()
	var err error
	r.lifetimes, err = e.lifetimes(ctx)
	return r, err
}

// segment removes or rewrites one segment if that is worth it.
func (r *reclaim) segment(ctx context.Context, id catalog.SegmentID) error {
	r.e.mergeMu.Lock()
	defer r.e.mergeMu.Unlock()
	if err := r.e.settle(ctx); err != nil { // a merge may have removed it without knowing
		return err
	}
	r.e.mu.RLock()
	l := r.e.live[id]
	r.e.mu.RUnlock()
	if l == nil { // merged meanwhile, without what is dead
		return nil
	}
	d := r.deadByMeta(l)
	if d.expired+d.deleted == d.rows {
		return r.e.remove(ctx, l)
	}
	streams, here, err := r.deadByRuns(l)
	d.deleted += streams
	if err == nil && !l.damaged.Load() && r.isDue(l, d) {
		err = r.rewrite(ctx, l)
		if err == nil {
			return nil
		}
	}
	r.hold(here)
	if bad := new(badInput); errors.As(err, &bad) && l.damaged.Load() { // what can never be read cannot be rewritten either
		return nil
	}
	return err
}

// dead says how many of a segment's rows are dead.
type dead struct {
	rows             int64 // all
	expired, deleted int64
	since            time.Duration // for how long there has been one that expired
}

// isDue tells whether a segment is to be rewritten: because much of it is dead, or a little for long. Since when a row has been
// expired its time says; since when a stream has been deleted nobody does: it is noted when it is first seen, and what an earlier
// engine left counts as old.
func (r *reclaim) isDue(l *live, d dead) bool {
	if d.deleted == 0 {
		l.deleted = time.Time{}
	} else {
		now := r.e.o.Now()
		if l.deleted.IsZero() {
			l.deleted = now
		}
		d.since = max(d.since, now.Sub(l.deleted))
	}
	sum := d.expired + d.deleted
	return sum > 0 && (float64(sum) >= r.e.o.ReclaimShare*float64(d.rows) || d.since >= r.e.o.ReclaimAge)
}

// rewrite merges a segment with nothing, which leaves out what is dead.
func (r *reclaim) rewrite(ctx context.Context, l *live) error {
	before := r.e.counters.mergeWritten.Load()
	if err := r.e.merge(ctx, []*live{l}, r.lifetimes); err != nil {
		return err
	}
	r.e.counters.rewrites.Add(1)
	r.e.counters.reclaimedBytes.Add(l.meta.Size - (r.e.counters.mergeWritten.Load() - before))
	return nil
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
func (r *reclaim) deadByMeta(l *live) (d dead) {
	for _, g := range l.meta.Groups {
		d.rows += g.Rows
		least, alive := r.expire[g.Group]
		switch {
		case !alive:
			d.deleted += g.Rows
			continue
		case g.LastEvent < least:
			d.expired += g.Rows
		case g.FirstEvent < least:
			share := (float64(least) - float64(g.FirstEvent)) / (float64(g.LastEvent) - float64(g.FirstEvent) + 1)
			d.expired += min(g.Rows-1, max(1, int64(share*float64(g.Rows))))
		default:
			continue
		}
		d.since = max(d.since, min(time.Duration(least-g.FirstEvent), math.MaxInt64/time.Millisecond)*time.Millisecond)
	}
	return d
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
		return 0, here, r.e.inputError(l, err)
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
	for some := range slices.Chunk(ids, purgeChunk) {
		if err := r.e.o.Catalog.ForgetDropped(ctx, some); err != nil {
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
	held := map[logs.GroupID]bool{}
	all, _ := r.e.liveSet()
	for _, l := range all {
		for _, g := range l.meta.Groups {
			held[g.Group] = true
		}
	}
	return slices.DeleteFunc(r.groups, func(id logs.GroupID) bool { return held[id] })
}

// isDamage tells damage of a segment from a disk that does not answer.
func isDamage(err error) bool {
	_, corrupt := errors.AsType[*segment.CorruptError](err)
	return corrupt || isMissing(err)
}
