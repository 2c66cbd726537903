package storage

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
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
	s, err := e.writeSegment(ctx, e.o.Segment, func(w *segment.Writer) error { return e.fill(ctx, w, h) })
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if s != nil {
		c.commit.Add = []catalog.Segment{s.meta}
		c.undo = func() { e.readers.discard(s.meta.Object) }
	}
	c.done = func() {
		e.frozen = e.frozen[1:]
		if s != nil {
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

// writeSegment makes a segment file that is durable and was read again; nil if fill added nothing. It is not live yet.
func (e *Engine) writeSegment(ctx context.Context, o segment.Options, fill func(*segment.Writer) error) (*live, error) {
	id, err := e.o.Catalog.NextSegment(ctx)
	if err != nil {
		return nil, fmt.Errorf("next segment: %w", err)
	}
	object := objectName(id)
	temporary := object + unfinishedSuffix
	meta, err := e.writeFile(ctx, e.readers.path(temporary), o, fill)
	if err == nil && meta.Rows > 0 {
		err = e.readers.publish(temporary, object)
	}
	if err != nil || meta.Rows == 0 {
		e.readers.discard(temporary)
		e.readers.discard(object)
		return nil, err
	}
	s := catalog.Segment{ID: id, Object: object, Size: meta.Size}
	for _, g := range meta.Groups {
		s.Groups = append(s.Groups, catalog.SegmentGroup(g))
	}
	e.counters.flushedBytes.Add(meta.Size)
	return &live{meta: s}, nil
}

// writeFile writes, syncs and verifies a segment under a temporary name.
func (e *Engine) writeFile(ctx context.Context, name string, o segment.Options, fill func(*segment.Writer) error) (segment.Meta, error) {
	f, err := e.o.FS.Create(name)
	if err != nil {
		return segment.Meta{}, err
	}
	defer f.Close()
	w := segment.NewWriter(&syncing{File: f, to: io.NewOffsetWriter(f, 0)}, o)
	if err := fill(w); err != nil {
		return segment.Meta{}, err
	}
	meta, err := w.Close()
	if err != nil || meta.Rows == 0 {
		return meta, err
	}
	if err := f.Sync(); err != nil {
		return meta, err
	}
	return meta, e.verify(ctx, name, meta)
}

// syncing is a file being written that is synced piece by piece.
type syncing struct {
	vfs.File
	to    io.Writer
	bytes int
}

func (f *syncing) Write(b []byte) (int, error) {
	n, err := f.to.Write(b)
	if f.bytes += n; err != nil || f.bytes < syncBytes {
		return n, err
	}
	f.bytes = 0
	return n, f.Sync()
}

// verify reads a segment again, through a new file handle.
func (e *Engine) verify(ctx context.Context, name string, want segment.Meta) error {
	f, err := e.o.FS.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return err
	}
	r, err := segment.Open(f, size)
	if err != nil {
		return err
	}
	if got := r.Meta(); got.Rows != want.Rows || got.Size != want.Size {
		return fmt.Errorf("verify %s: %d rows in %d bytes, want %d in %d", name, got.Rows, got.Size, want.Rows, want.Size)
	}
	return r.Reread(ctx)
}
