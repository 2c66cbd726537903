package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
)

// Flush moves all events that are in heads now into segments and cuts the log.
func (e *Engine) Flush(ctx context.Context) error {
	e.flushMu.Lock()
	defer e.flushMu.Unlock()
	e.mu.Lock()
	if e.active.Summary().Last != 0 {
		e.freeze()
	}
	e.mu.Unlock()
	return e.flushFrozen(ctx)
}

// flushFrozen flushes all frozen heads, oldest first, and notes whether that works. The caller holds flushMu.
func (e *Engine) flushFrozen(ctx context.Context) error {
	err := e.settle(ctx)
	for err == nil {
		e.mu.RLock()
		var oldest *head.Head
		if len(e.frozen) > 0 {
			oldest = e.frozen[0]
		}
		e.mu.RUnlock()
		if oldest == nil {
			break
		}
		err = e.flushHead(ctx, oldest)
	}
	if err != nil {
		e.counters.flushErrors.Add(1)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.flushErr = err; err != nil {
		e.signalRoom()
	}
	return err
}

// flushHead turns the oldest frozen head into a segment.
func (e *Engine) flushHead(ctx context.Context, h *head.Head) error {
	flushed := h.Summary().Last
	c := &change{commit: catalog.Commit{Flushed: flushed}, statistics: true, undo: func() {}}
	s, err := e.writeSegment(ctx, making{options: e.o.Segment}, func(w *segment.Writer) error { return e.fill(ctx, w, h) })
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if s != nil {
		c.commit.Add = []catalog.Segment{s.meta}
		c.undo = func() { e.readers.discard(s.meta.Object) }
	}
	c.done = func() {
		e.frozen = slices.Delete(e.frozen, 0, 1) // what stays in front of a slice stays in memory
		if s != nil {
			s.fresh = true
			e.addLive(s)
		}
		if e.active.Summary().Size >= e.o.FlushBytes {
			e.freeze()
		}
		e.counters.flushes.Add(1)
		if s != nil && !e.o.Manual {
			e.waiting.Add(1)
			call(e.merging)
		}
	}
	// Most statistics go ahead of the commit, in small pieces; it takes along what changed since.
	if err := e.writeStreams(ctx); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := e.commit(ctx, c); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := e.log.Cut(flushed); err != nil {
		e.o.Logger.Warn("cut the log", "error", err)
	}
	return nil
}

// fill writes a head's streams, but for those that were deleted.
func (e *Engine) fill(ctx context.Context, w *segment.Writer, h *head.Head) error {
	var group catalog.Group
	for _, s := range h.Streams() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if group.ID != s.Group {
			var err error
			group, err = e.o.Catalog.GroupByID(ctx, s.Group)
			if errors.Is(err, catalog.ErrNotFound) {
				group = catalog.Group{}
				continue
			} else if err != nil {
				return fmt.Errorf("group %d: %w", s.Group, err)
			}
		}
		if e.table.gone(s.Group, s.ID) {
			continue
		}
		c := h.Cursor(head.Query{Group: s.Group, Streams: []logs.StreamID{s.ID}, Range: logs.AllTime})
		err := w.Add(segment.Stream{Group: s.Group, Stream: s.ID, GroupName: group.Name, StreamName: s.Name, Scope: group.Scope},
			func() (logs.EventID, []byte, bool) {
				if !c.Next() {
					return logs.EventID{}, nil, false
				}
				return c.ID(), c.Message(), true
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// gone tells whether a stream was deleted.
func (t *table) gone(group logs.GroupID, stream logs.StreamID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.isDropped(group, stream)
}
