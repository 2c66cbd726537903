package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/vfs"
)

// slowOpen is a disk on which a finished segment is opened when wait returns: nothing but merges opens any while nobody reads.
type slowOpen struct {
	vfs.FS
	wait func()
}

func (d slowOpen) Open(name string) (vfs.File, error) {
	if strings.HasSuffix(name, ".parquet") {
		d.wait()
	}
	return d.FS.Open(name)
}

// fullCatalog is a catalog on a disk that has no room for the commit of a merge, if full.
type fullCatalog struct {
	catalog.Catalog
	full *atomic.Bool
}

func (c fullCatalog) CommitSegments(ctx context.Context, commit catalog.Commit) error {
	if c.full.Load() && len(commit.Remove) > 0 {
		return fmt.Errorf("%w: %w", catalog.ErrUnavailable, vfs.ErrNoSpace)
	}
	return c.Catalog.CommitSegments(ctx, commit)
}

// pressed is a store with one stream that flushes and merges all the time.
type pressed struct {
	*Store
	stream catalog.Stream
	full   atomic.Bool // see fullCatalog
}

// waits is how many segments of flushes wait for a merge before appends do: twice what makes merges hurry.
const (
	pressedFanOut = 2
	waits         = 2 * 4 * pressedFanOut
)

func newPressed(t *testing.T, disk vfs.FS) *pressed {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	p := &pressed{Store: &Store{T: t}}
	ctx := context.Background()
	p.Engine, err = storage.Open(ctx, storage.Options{
		FS: disk, Dir: "data", Catalog: fullCatalog{memory, &p.full}, FlushBytes: 1000, MaxFrozen: 1,
		Compaction: compaction.Options{FanOut: pressedFanOut},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.Engine.Close(), memory.Close()); err != nil {
			t.Error(err)
		}
	})
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.stream, err = p.Engine.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"}); err != nil {
		t.Fatal(err)
	}
	return p
}

// put appends an event; ten make a flush.
func (p *pressed) put(ctx context.Context, i int) error {
	_, err := p.Engine.Append(ctx, storage.Batch{Group: p.stream.Group, Stream: p.stream, Ingestion: 1, Events: []logs.Event{event(int64(i), strings.Repeat("x", 100))}})
	return err
}

// While merges stand still appends are taken until the segments of flushes are so many, and then wait. When merges come forward
// the appends go on, and all that was acknowledged is there.
func TestAppendsWaitForMerges(t *testing.T) {
	merging := make(chan struct{})
	goOn := sync.OnceFunc(func() { close(merging) })
	p := newPressed(t, slowOpen{vfs.NewMem(), func() { <-merging }})
	defer goOn()
	const events = 40 * waits
	done := make(chan error, 1)
	go func() {
		for i := range events {
			if err := p.put(context.Background(), i); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	until(t, p.Store, "segments wait for a merge", func(st storage.Stats) bool { return st.Segments >= waits })
	select {
	case err := <-done:
		t.Fatalf("appends do not wait: %v, %d segments", err, p.Engine.Stats().Segments)
	case <-time.After(50 * time.Millisecond):
	}
	if n := p.Engine.Stats().Segments; n > waits+2 {
		t.Errorf("%d segments of flushes, want %d and the heads that were full then", n, waits)
	}
	goOn()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("appends still wait: %+v", p.Engine.Stats())
	}
	if n := len(p.scanID(p.stream.Group)); n != events {
		t.Errorf("%d events, want %d", n, events)
	}
}

// Merges for which a full disk has no room hold up no append, however many segments wait for them, and are tried again by
// themselves: when there is room they are made, and everything is there.
func TestMergesFailThenRecover(t *testing.T) {
	p := newPressed(t, vfs.NewMem())
	p.full.Store(true)
	limited, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	events := 0
	for ; p.Engine.Stats().Segments < 2*waits; events++ {
		if err := p.put(limited, events); err != nil {
			t.Fatalf("%v: %+v", err, p.Engine.Stats())
		}
	}
	until(t, p.Store, "merges are tried again", func(st storage.Stats) bool { return st.MergeErrors >= 2 && st.Merges == 0 })
	p.full.Store(false)
	until(t, p.Store, "merges are made", func(st storage.Stats) bool { return st.Merges > 0 && st.PendingMerges == 0 })
	if n := len(p.scanID(p.stream.Group)); n != events {
		t.Errorf("%d events of %d", n, events)
	}
}
