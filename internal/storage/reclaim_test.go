package storage

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/vfs"
)

// blind is a catalog that fails to tell what it did.
type blind struct {
	catalog.Catalog
	blind bool
}

func (c *blind) CommitSegments(ctx context.Context, change catalog.Commit) error {
	err := c.Catalog.CommitSegments(ctx, change)
	if c.blind {
		return syscall.EIO
	}
	return err
}

func (c *blind) LiveSegments(ctx context.Context) ([]catalog.Segment, uint64, error) {
	if c.blind {
		return nil, 0, syscall.EIO
	}
	return c.Catalog.LiveSegments(ctx)
}

// A pass comes to a segment that a merge has removed, which does not know that yet.
func TestReclaimAfterUnknownMerge(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, c := context.Background(), &blind{Catalog: memory}
	g, err := c.CreateGroup(ctx, catalog.Group{Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(ctx, Options{FS: vfs.NewMem(), Dir: "data", Catalog: c, Manual: true, Compaction: compaction.Options{FanOut: 2}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := e.Append(ctx, Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{{Timestamp: 1, Message: []byte("x")}}})
		if err := errors.Join(err, e.Flush(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.DeleteGroup(ctx, g.ID); err != nil {
		t.Fatal(err)
	}
	r, err := e.beginReclaim(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.blind = true
	if err := e.Compact(ctx); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	c.blind = false
	for _, id := range r.segments {
		if err := r.segment(ctx, id); err != nil {
			t.Error(err)
		}
	}
	if err := r.forget(ctx); err != nil || e.Stats().Segments != 0 || e.Stats().Deleted != 0 {
		t.Errorf("%v, %+v", err, e.Stats())
	}
}
