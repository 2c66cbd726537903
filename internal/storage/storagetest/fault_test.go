package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

func event(ms int64, message string) logs.Event {
	return logs.Event{Timestamp: ms, Message: []byte(message)}
}

// A second engine on the same directory is refused.
func TestLocked(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	if e, err := storage.Open(context.Background(), s.Engine.Options()); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("second Open = %v, %v", e, err)
	}
}

// While flushing fails appends go on until the heads are full; then they are refused at once, not held. When the disk is
// well again they are taken, and nothing was lost.
func TestFlushFailsThenRecovers(t *testing.T) {
	s := New(t, storage.Options{FlushBytes: 10_000, MaxFrozen: 1})
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpCreate && len(op.Name) > 4 && op.Name[len(op.Name)-4:] == ".tmp" {
			return vfs.ErrNoSpace
		}
		return nil
	})
	stored, refused := 0, error(nil)
	for i := 0; refused == nil && i < 10_000; i++ {
		if _, refused = s.Append("app", "a", event(int64(i), "some message")); refused == nil {
			stored++
		}
	}
	if !errors.Is(refused, storage.ErrUnavailable) || !errors.Is(refused, vfs.ErrNoSpace) {
		t.Fatalf("after %d appends: %v", stored, refused)
	}
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != stored {
		t.Fatalf("scan while full: %d of %d events, %v", len(got), stored, err)
	}
	s.Power.SetFault(nil)
	deadline := time.Now().Add(10 * time.Second)
	for refused != nil && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
		_, refused = s.Append("app", "a", event(1, "again"))
	}
	if refused != nil {
		t.Fatal(refused)
	}
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != stored+1 {
		t.Fatalf("scan: %d of %d events, %v", len(got), stored+1, err)
	}
}

// A sync of the log that fails refuses the batch, and what was refused never appears.
func TestFailedSync(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	if _, err := s.Append("app", "a", event(1, "kept")); err != nil {
		t.Fatal(err)
	}
	failing := true
	s.Power.SetFault(func(op vfs.Op) error {
		if failing && op.Kind == vfs.OpSync {
			return syscall.EIO
		}
		return nil
	})
	if _, err := s.Append("app", "a", event(2, "refused")); !errors.Is(err, storage.ErrUnavailable) {
		t.Fatalf("append with a failing sync: %v", err)
	}
	failing = false
	deadline := time.Now().Add(10 * time.Second)
	for {
		s.Time = s.Time.Add(time.Second)
		_, err := s.Append("app", "a", event(3, "after"))
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	for _, restart := range []bool{false, true} {
		if restart {
			s.Crash(vfs.Crash{Unsynced: vfs.Kept})
			s.Open()
		}
		got, err := s.Scan("app", storage.Query{Range: logs.AllTime})
		if err != nil || len(got) != 2 || got[0].Message != "kept" || got[1].Message != "after" {
			t.Fatalf("restart %v: %v, %v", restart, got, err)
		}
		if stream, _ := s.Stream("app", "a"); stream.Stats.Events != 2 {
			t.Fatalf("restart %v: %+v", restart, stream.Stats)
		}
	}
}

// A segment with any one byte inverted never gives another event than was written, never fails a scan, never keeps the
// store from opening; what is lost is reported.
func TestFlippedBytes(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 100}})
	written := map[string]bool{}
	for i := range 60 {
		message := fmt.Sprintf("message %d", i)
		written[message] = true
		if _, err := s.Append("app", fmt.Sprint("s", i%3), event(int64(i), message)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	name := "segments/" + s.Files("segments")[0]
	info, err := s.Disk.Stat("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	step := max(info.Size()/300, 1)
	for at := int64(0); at < info.Size(); at += step {
		s.Flip(name, at)
		if err := s.Reopen(); err != nil {
			t.Fatal(err)
		}
		got, err := s.Scan("app", storage.Query{Range: logs.AllTime})
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		seen := map[string]bool{}
		for _, e := range got {
			if !written[e.Message] || seen[e.Message] {
				t.Fatalf("byte %d: event %q was never written, or came twice", at, e.Message)
			}
			seen[e.Message] = true
		}
		if len(got) < len(written) && s.Engine.Stats().DamageCount == 0 {
			t.Fatalf("byte %d: %d of %d events and no report", at, len(got), len(written))
		}
		s.Flip(name, at)
	}
}

// Writers, readers, walkers, deleters, flushes, merges and reclaims at the same time: every acknowledged event of a stream that
// stays is there once at any moment after its acknowledgement, and the statistics are exact in the end.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{FlushBytes: 20_000, MaxDirtyStreams: 2, MaxCachedStreams: 2, MaxOpenSegments: 2, ReclaimShare: 0.01, FlushAge: time.Millisecond, Compaction: compaction.Options{FanOut: 2}})
	ctx := context.Background()
	group := s.Group("app").ID
	var streams []catalog.Stream
	for i := range 6 {
		stream, err := s.Stream("app", fmt.Sprint("s", i))
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, stream)
	}
	const batches = 150
	var writers, others sync.WaitGroup
	stop := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for i := range batches {
				id, err := s.Engine.Append(ctx, storage.Batch{
					Group: group, Stream: streams[w], Ingestion: int64(1_000_000 + i),
					Events: []logs.Event{event(int64(i%17), "one"), event(int64(i%17), "two")},
				})
				if err != nil {
					t.Error(err)
					return
				}
				if i%10 == 0 {
					if n := count(t, s, streams[w], id); n != 1 {
						t.Errorf("event %v was seen %d times", id, n)
					}
				}
			}
		})
	}
	background := func(do func(i int) error) {
		others.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := do(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	background(func(i int) error {
		switch i % 4 {
		case 0:
			return s.Engine.Reclaim(ctx)
		case 1:
			return s.Engine.Compact(ctx)
		}
		return s.Engine.Flush(ctx)
	})
	background(func(int) error {
		all, err := s.Walk(catalog.StreamQuery{Group: group, Order: catalog.ByLastEvent, Descending: true, Limit: 2}, nil)
		seen := map[logs.StreamID]int{}
		for _, stream := range all {
			seen[stream.ID]++
		}
		for _, stream := range streams[:4] {
			if seen[stream.ID] != 1 {
				return fmt.Errorf("stream %s was listed %d times: %w", stream.Name, seen[stream.ID], err)
			}
		}
		return err
	})
	background(func(i int) error {
		made, err := s.Engine.CreateStream(ctx, catalog.Stream{Group: group, Name: fmt.Sprint("short-", i)})
		if err != nil {
			return err
		}
		if _, err := s.Engine.Append(ctx, storage.Batch{Group: group, Stream: made, Ingestion: 1, Events: []logs.Event{event(5, "x")}}); err != nil {
			return err
		}
		return s.Engine.DeleteStream(ctx, made)
	})
	writers.Wait()
	close(stop)
	others.Wait()
	for range 2 {
		for _, stream := range streams[:4] {
			got, err := s.Engine.Stream(ctx, group, stream.Name)
			if n := count(t, s, stream, logs.EventID{}); err != nil || n != 2*batches || got.Stats.Events != 2*batches || got.Stats.LastEvent != 16 {
				t.Errorf("stream %s: %d events, statistics %+v, %v", stream.Name, n, got.Stats, err)
			}
		}
		if all, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(all) != 4*2*batches {
			t.Errorf("group: %d events, %v", len(all), err)
		}
		if err := s.Reopen(); err != nil {
			t.Fatal(err)
		}
	}
}

// count is how often a scan of a stream gives an id, or any if it is zero.
func count(t *testing.T, s *Store, stream catalog.Stream, id logs.EventID) (n int) {
	scan := s.Engine.Scan(context.Background(), storage.Query{Group: stream.Group, Streams: []logs.StreamID{stream.ID}, Range: logs.AllTime})
	defer scan.Close()
	for scan.Next() {
		for _, got := range scan.Batch().ID {
			if id.IsZero() || got == id {
				n++
			}
		}
	}
	if scan.Err() != nil {
		t.Error(scan.Err())
	}
	return n
}

// A segment that was made after the catalog's backup is put away when that is put back, not removed; the log, which is
// not cut yet, gives its events again.
func TestOldCatalog(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	ctx := context.Background()
	put := func(ms int64) {
		t.Helper()
		if _, err := s.Append("app", "a", event(ms, "x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	put(1)
	backup, err := s.Catalog.Clone(ctx)
	if err != nil {
		t.Fatal(err)
	}
	put(2)
	s.Kill()
	s.Catalog.Close()
	s.Catalog = backup
	s.Open()
	if kept := s.Files("quarantine"); len(kept) != 1 || s.Engine.Stats().DamageCount == 0 {
		t.Errorf("quarantine: %v, %d damaged", kept, s.Engine.Stats().DamageCount)
	}
	put(3)
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != 3 {
		t.Errorf("scan: %v, %v", got, err)
	}
}

// A catalog that lacks a merge gave the merged segment its id and lists files that are gone: the segment is put away, not removed as
// what a crash left, for it alone has the events.
func TestCatalogBeforeMerge(t *testing.T) {
	s := New(t, storage.Options{Manual: true, Compaction: compaction.Options{FanOut: 2}})
	ctx := context.Background()
	for ms := range int64(4) {
		if _, err := s.Append("app", "a", event(ms, "x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	old, err := s.Catalog.Clone(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	merged := s.Files("segments")
	s.Kill()
	s.Catalog.Close()
	s.Catalog = old
	last, _, _ := storage.ParseObject(merged[len(merged)-1])
	for {
		if id, err := old.NextSegment(ctx); err != nil {
			t.Fatal(err)
		} else if id == last {
			break
		}
	}
	s.Open()
	if kept := s.Files("quarantine"); !slices.Equal(kept, merged) {
		t.Errorf("of %v there are %v in the quarantine", merged, kept)
	}
}

// Directories that another made, or a process that ended right after, have durable names before anything relies on them.
func TestDirectoriesAreDurable(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	s.Kill()
	s.Disk = vfs.NewMem()
	if err := s.Disk.MkdirAll("data/segments"); err != nil {
		t.Fatal(err)
	}
	s.Open()
	if _, err := s.Append("app", "a", event(1, "flushed")); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append("app", "a", event(2, "in the log")); err != nil {
		t.Fatal(err)
	}
	s.Crash(vfs.Crash{Unsynced: vfs.Lost})
	s.Open()
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != 2 {
		t.Errorf("after a power cut: %v, %v", got, err)
	}
}
