package storagetest

import (
	"context"
	"strings"
	"sync"
	"syscall"
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

// While merges stand still appends are taken until the segments of flushes are so many, and then wait. When merges come forward
// the appends go on, and all that was acknowledged is there.
func TestAppendsWaitForMerges(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, merging := context.Background(), make(chan struct{})
	goOn := sync.OnceFunc(func() { close(merging) })
	defer goOn()
	const fanOut = 2
	e, err := storage.Open(ctx, storage.Options{
		FS: slowOpen{vfs.NewMem(), func() { <-merging }}, Dir: "data", Catalog: memory, FlushBytes: 1000, MaxFrozen: 1,
		Compaction: compaction.Options{FanOut: fanOut},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	const waits = 2 * 4 * fanOut // segments of flushes at which appends wait: twice what makes merges hurry
	const events = 10 * 4 * waits
	done := make(chan error, 1)
	go func() {
		for i := range int64(events) {
			b := storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(i, strings.Repeat("x", 100))}}
			if _, err := e.Append(ctx, b); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	s := &Store{T: t, Engine: e}
	until(t, s, "segments wait for a merge", func(st storage.Stats) bool { return st.Segments >= waits })
	select {
	case err := <-done:
		t.Fatalf("appends do not wait: %v, %d segments", err, e.Stats().Segments)
	case <-time.After(50 * time.Millisecond):
	}
	if n := e.Stats().Segments; n > waits+2 {
		t.Errorf("%d segments of flushes, want %d and the heads that were full then", n, waits)
	}
	goOn()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("appends still wait: %+v", e.Stats())
	}
	if n := len(s.scanID(g.ID)); n != events {
		t.Errorf("%d events, want %d", n, events)
	}
}

// Merges that the disk refuses hold up no append, however many segments wait for one, and are tried again by themselves: when
// it is well they are made, and everything is there.
func TestMergesFailThenRecover(t *testing.T) {
	s := New(t, storage.Options{FlushBytes: 1000, MaxFrozen: 1, Compaction: compaction.Options{FanOut: 2}})
	s.Power.SetFault(func(op vfs.Op) error { // flushes do not open what is finished
		if op.Kind == vfs.OpOpen && strings.HasSuffix(op.Name, ".parquet") {
			return syscall.EIO
		}
		return nil
	})
	events := 0
	for deadline := time.Now().Add(20 * time.Second); s.Engine.Stats().Segments < 30; events++ {
		if time.Now().After(deadline) {
			t.Fatalf("appends wait for merges that fail: %+v", s.Engine.Stats())
		}
		limited, cancel := context.WithDeadline(context.Background(), deadline)
		stream, err := s.Stream("app", "a")
		if err == nil {
			_, err = s.Engine.Append(limited, storage.Batch{Group: stream.Group, Stream: stream, Ingestion: 1, Events: []logs.Event{event(int64(events), strings.Repeat("x", 100))}})
		}
		if cancel(); err != nil {
			t.Fatalf("%v: %+v", err, s.Engine.Stats())
		}
	}
	until(t, s, "merges are tried again", func(st storage.Stats) bool { return st.MergeErrors >= 2 && st.Merges == 0 })
	s.Power.SetFault(nil)
	until(t, s, "merges are made", func(st storage.Stats) bool { return st.Merges > 0 && st.PendingMerges == 0 })
	for _, restart := range []bool{false, true} {
		if restart {
			if err := s.Reopen(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Scan("app", storage.Query{Range: logs.AllTime})
		if err != nil || len(got) != events {
			t.Errorf("restart %v: %d events of %d, %v", restart, len(got), events, err)
		}
	}
}
