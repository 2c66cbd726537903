package storage

import (
	"context"
	"fmt"
	"io"

	"tailrace/internal/catalog"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// making says how a segment is made.
type making struct {
	options segment.Options
	pace    *pace // nil: as fast as it goes
}

// writeSegment makes a segment file that is durable and was read again; nil if fill added nothing. It is not live yet.
func (e *Engine) writeSegment(ctx context.Context, how making, fill func(*segment.Writer) error) (*live, error) {
	id, err := e.o.Catalog.NextSegment(ctx)
	if err != nil {
		return nil, fmt.Errorf("next segment: %w", err)
	}
	object := objectName(id)
	temporary := object + unfinishedSuffix
	meta, err := e.writeFile(ctx, e.readers.path(temporary), how, fill)
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
func (e *Engine) writeFile(ctx context.Context, name string, how making, fill func(*segment.Writer) error) (segment.Meta, error) {
	f, err := e.o.FS.Create(name)
	if err != nil {
		return segment.Meta{}, err
	}
	defer f.Close()
	if how.pace != nil {
		how.options.Yield = how.pace.yield
	}
	w := segment.NewWriter(&syncing{File: f, to: io.NewOffsetWriter(f, 0)}, how.options)
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
	return meta, e.verify(ctx, name, how, meta)
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
func (e *Engine) verify(ctx context.Context, name string, how making, want segment.Meta) error {
	f, err := e.o.FS.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return err
	}
	if how.pace != nil {
		f = &pacedFile{File: f, pace: how.pace}
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
