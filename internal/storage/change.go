package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
)

// change is a commit of the catalog with what follows it in memory and on disk. Exactly one of done and undo is called,
// once the outcome is known.
type change struct {
	commit     catalog.Commit
	statistics bool   // commit also what statistics the catalog lacks
	done       func() // called under mu
	after      func() // called after that without mu; nil: nothing
	undo       func() // called without mu
	applied    bool   // done was called
}

// commit makes a change. A commit may fail and have happened nevertheless; then the live set is asked. As long as it cannot
// be asked, no other change is made.
func (e *Engine) commit(ctx context.Context, c *change) error {
	e.changeMu.Lock()
	defer e.changeMu.Unlock()
	if err := e.settleUnsure(ctx); err != nil {
		c.undo()
		return err
	}
	err := e.tryCommit(ctx, c)
	if err == nil {
		return nil
	}
	e.unsure = c
	if unknown := e.settleUnsure(ctx); unknown != nil {
		return errors.Join(err, unknown)
	}
	if c.applied {
		return nil
	}
	return err
}

func (e *Engine) tryCommit(ctx context.Context, c *change) error {
	if c.statistics {
		e.commitMu.Lock()
		defer e.commitMu.Unlock()
		var err error
		if c.commit.Streams, err = e.updates(math.MaxInt); err != nil {
			return err
		}
	}
	err := e.o.Catalog.CommitSegments(ctx, c.commit)
	if len(c.commit.Streams) > 0 {
		e.listings.forgetAll()
	}
	if err != nil {
		return fmt.Errorf("commit segments: %w", err)
	}
	e.table.written(c.commit.Streams)
	e.finish(c)
	return nil
}

func (e *Engine) finish(c *change) {
	e.mu.Lock()
	c.applied = true
	c.done()
	e.signalRoom()
	e.mu.Unlock()
	if c.after != nil {
		c.after()
	}
}

// settle finds out what became of a change whose commit failed.
func (e *Engine) settle(ctx context.Context) error {
	e.changeMu.Lock()
	defer e.changeMu.Unlock()
	return e.settleUnsure(ctx)
}

// settleUnsure is settle; the caller holds changeMu.
func (e *Engine) settleUnsure(ctx context.Context) error {
	c := e.unsure
	if c == nil {
		return nil
	}
	if err := e.overwrite(ctx); err != nil {
		return fmt.Errorf("outcome of the last commit: %w", err)
	}
	segments, flushed, err := e.o.Catalog.LiveSegments(ctx)
	if err != nil {
		return fmt.Errorf("outcome of the last commit: %w", err)
	}
	e.unsure = nil
	e.listings.forgetAll()
	if c.isIn(segments, flushed) {
		e.finish(c)
	} else {
		c.undo()
	}
	return nil
}

// overwrite makes sure that a change that failed and cannot be seen is never seen. One whose sync failed stands in the
// database's log, where the next start would find it, until a later change took its place there.
func (e *Engine) overwrite(ctx context.Context) error {
	_, err := e.o.Catalog.NextSegment(ctx)
	return err
}

// isIn tells whether a live set shows that the change happened.
func (c *change) isIn(segments []catalog.Segment, flushed uint64) bool {
	ids := map[catalog.SegmentID]bool{}
	for i := range segments {
		ids[segments[i].ID] = true
	}
	for i := range c.commit.Add {
		return ids[c.commit.Add[i].ID]
	}
	for _, id := range c.commit.Remove {
		return !ids[id]
	}
	return flushed >= c.commit.Flushed
}

// addLive makes a segment part of the live set in memory. The caller holds mu.
func (e *Engine) addLive(l *live) {
	l.shape = compaction.Describe(&l.meta, e.o.Now().UnixMilli())
	e.live[l.meta.ID] = l
	for _, g := range l.meta.Groups {
		e.bytes[g.Group] += g.Bytes
	}
}

// removeLive takes a segment out of it; its file goes when the last scan is done with it. The caller holds mu, and
// releases the segment when it does not any more.
func (e *Engine) removeLive(id catalog.SegmentID) {
	l := e.live[id]
	delete(e.live, id)
	for _, g := range l.meta.Groups {
		if e.bytes[g.Group] -= g.Bytes; e.bytes[g.Group] == 0 {
			delete(e.bytes, g.Group)
		}
	}
	e.readers.remove(l)
}

// groupOf finds what a segment holds of a group; groups stand in order.
func groupOf(s *catalog.Segment, id logs.GroupID) (catalog.SegmentGroup, bool) {
	i, ok := slices.BinarySearchFunc(s.Groups, id, func(g catalog.SegmentGroup, id logs.GroupID) int { return cmp.Compare(g.Group, id) })
	if !ok {
		return catalog.SegmentGroup{}, false
	}
	return s.Groups[i], true
}
