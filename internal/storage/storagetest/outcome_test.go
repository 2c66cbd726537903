package storagetest

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// ghosts is a catalog whose disk refuses the sync of a commit: nobody sees the commit, but it stands in the database's log, where
// the next start finds it unless a later change took its place.
type ghosts struct {
	catalog.Catalog
	refuse bool
	ghost  *catalog.Commit
}

func (c *ghosts) write(do func() error) error {
	c.ghost = nil
	return do()
}

func (c *ghosts) CommitSegments(ctx context.Context, commit catalog.Commit) error {
	if c.refuse {
		c.ghost, c.refuse = &commit, false
		return fmt.Errorf("%w: %w", catalog.ErrUnavailable, syscall.EIO)
	}
	return c.write(func() error { return c.Catalog.CommitSegments(ctx, commit) })
}

func (c *ghosts) NextSegment(ctx context.Context) (id catalog.SegmentID, err error) {
	err = c.write(func() error { id, err = c.Catalog.NextSegment(ctx); return err })
	return id, err
}

func (c *ghosts) UpdateStreams(ctx context.Context, updates []catalog.StreamUpdate) error {
	if len(updates) == 0 {
		return nil
	}
	return c.write(func() error { return c.Catalog.UpdateStreams(ctx, updates) })
}

// A commit whose sync failed is not undone before it can never be found again: the files that it counts on, or the log that it
// gives up, would be missed by the start that finds it.
func TestFailedCommitComesBack(t *testing.T) {
	for _, what := range []string{"flush", "flush of nothing", "merge"} {
		t.Run(what, func(t *testing.T) { commitComesBack(t, what == "merge", what == "flush of nothing") })
	}
}

func commitComesBack(t *testing.T, merge, deleted bool) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, disk, c := context.Background(), vfs.NewMem(), &ghosts{Catalog: memory}
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := storage.Options{FS: disk, Dir: "data", Catalog: c, Manual: true, Compaction: compaction.Options{FanOut: 2}}
	e, err := storage.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	change := e.Flush
	for i := range 2 {
		if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(int64(i), "x")}}); err != nil {
			t.Fatal(err)
		}
		if merge {
			if err := e.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			change = e.Compact
		}
	}
	want := 2
	if deleted { // the flush has no segment to add, but a position to move
		if want = 0; e.DeleteStream(ctx, stream) != nil {
			t.Fatal("the stream is not deleted")
		}
	}
	c.refuse = true
	if err := change(ctx); err == nil || c.refuse {
		t.Fatalf("change whose commit is refused: %v", err)
	}
	o.FS = disk.CrashClone(vfs.Crash{Unsynced: vfs.Kept})
	if c.ghost != nil {
		if err := memory.CommitSegments(ctx, *c.ghost); err != nil {
			t.Fatal(err)
		}
	}
	if e, err = storage.Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if n := len((&Store{T: t, Engine: e}).scanID(g.ID)); n != want || e.Stats().DamageCount != 0 {
		t.Errorf("%d events of %d, damage %v", n, want, e.Stats().Damaged)
	}
}

// A segment that the disk does not give does not keep the others from being merged: it is told, and tried again the next time.
func TestUnreadableInput(t *testing.T) {
	s := New(t, storage.Options{Manual: true, Compaction: compaction.Options{FanOut: 2}})
	ctx := context.Background()
	for i := range 6 {
		if _, err := s.Append("app", "a", event(int64(i/2)*12*time.Hour.Milliseconds(), "x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	bad := "data/segments/" + s.Files("segments")[0]
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpReadAt && op.Name == bad {
			return syscall.EIO
		}
		return nil
	})
	if err := s.Engine.Compact(ctx); err == nil || s.Engine.Stats().Merges != 2 {
		t.Errorf("with a segment that cannot be read: %v, %d merges, want 2", err, s.Engine.Stats().Merges)
	}
	s.Power.SetFault(nil)
	if err := s.Engine.Compact(ctx); err != nil || s.Engine.Stats().Merges < 3 || s.Engine.Stats().DamageCount != 0 {
		t.Errorf("again: %v, %+v", err, s.Engine.Stats())
	}
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != 6 {
		t.Errorf("%d events, %v", len(got), err)
	}
}

// A page that was damaged on disk after it was read, and is in the cache of decoded pages, costs nothing: a merge writes its
// messages anew.
func TestMergeOfDamagedPageInCache(t *testing.T) {
	s := New(t, storage.Options{Manual: true, Compaction: compaction.Options{FanOut: 2}, Segment: denseBlocks, Merge: denseBlocks})
	for i := range 2 {
		if _, err := s.Append("app", "a", event(int64(i), fmt.Sprintf("message %d of some length, so that it makes a block", i))); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	read := func() int {
		t.Helper()
		got, err := s.Scan("app", storage.Query{Range: logs.AllTime, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	read()
	s.Flip("segments/"+s.Files("segments")[0], 30)
	if n := read(); n != 2 || s.Engine.Stats().DamageCount != 0 {
		t.Fatalf("the page is not in the cache: %d events", n)
	}
	if err := s.Engine.Compact(context.Background()); err != nil || s.Engine.Stats().Merges != 1 {
		t.Errorf("%v, %d merges", err, s.Engine.Stats().Merges)
	}
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	if n := read(); n != 2 {
		t.Errorf("%d events", n)
	}
}

// Segments that an earlier run left to be merged, however many, hold up no append: only those that flushes add do.
func TestBacklogHoldsNoAppends(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, merging := context.Background(), make(chan bool)
	disk := slowRename{vfs.NewMem(), func(string) { <-merging }}
	o := storage.Options{FS: disk.FS, Dir: "data", Catalog: memory, Manual: true}
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := storage.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	put := func() error {
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_, err := e.Append(limited, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(1, "x")}})
		return err
	}
	for range 70 {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if err := e.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	o.FS, o.Manual = disk, false
	if e, err = storage.Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	merging <- true // the first of the merges is about to end
	for range 3 {
		time.Sleep(20 * time.Millisecond)
		if err := put(); err != nil {
			t.Error(err)
		}
	}
	close(merging)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// denseBlocks are small blocks, packed as merges do.
var denseBlocks = segment.Options{BlockBytes: 40, Level: segment.Dense}
