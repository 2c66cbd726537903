package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// slowRename is a disk on which the file of a name is given its name when wait returns.
type slowRename struct {
	vfs.FS
	wait func(to string)
}

func (d slowRename) Rename(from, to string) error {
	d.wait(to)
	return d.FS.Rename(from, to)
}

// While a merge goes on events come, are flushed and are read, and what is deleted is gone, then and for good: its events,
// which the merge carries along, do not come back.
func TestMergeHoldsNothingUp(t *testing.T) {
	remove := map[string]func(*storage.Engine, catalog.Stream) error{
		"stream": func(e *storage.Engine, s catalog.Stream) error { return e.DeleteStream(context.Background(), s) },
		"group":  func(e *storage.Engine, s catalog.Stream) error { return e.DeleteGroup(context.Background(), s.Group) },
	}
	for name, remove := range remove {
		t.Run(name, func(t *testing.T) { mergeWhile(t, remove) })
	}
}

func mergeWhile(t *testing.T, remove func(*storage.Engine, catalog.Stream) error) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, waiting, goOn := context.Background(), make(chan bool), make(chan bool)
	disk := slowRename{vfs.NewMem(), func(to string) {
		if strings.HasSuffix(to, "0000000000000003.parquet") {
			waiting <- true
			<-goOn
		}
	}}
	o := storage.Options{FS: disk, Dir: "data", Catalog: memory, Manual: true, Compaction: compaction.Options{FanOut: 2}}
	e, err := storage.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	streams := map[string]catalog.Stream{}
	for _, name := range []string{"kept", "gone"} {
		g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: name, Class: "STANDARD"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if streams[name], err = e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	put := func(names ...string) {
		t.Helper()
		for _, name := range names {
			s := streams[name]
			if _, err := e.Append(ctx, storage.Batch{Group: s.Group, Stream: s, Ingestion: 1, Events: []logs.Event{event(1, "x")}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want int) {
		t.Helper()
		s := &Store{T: t, Engine: e}
		if kept, gone := len(s.scanID(streams["kept"].Group)), len(s.scanID(streams["gone"].Group)); kept != want || gone != 0 {
			t.Errorf("%s: %d events, want %d; %d deleted ones", when, kept, want, gone)
		}
	}
	put("kept", "gone")
	put("kept", "gone")
	merged := make(chan error)
	go func() { merged <- e.Compact(ctx) }()
	<-waiting
	if err := remove(e, streams["gone"]); err != nil {
		t.Fatal(err)
	}
	put("kept")
	check("during the merge", 3)
	reclaimed := make(chan error)
	go func() { reclaimed <- e.Reclaim(ctx) }() // begins when the merge, which may carry what was deleted, is over
	goOn <- true
	if err := errors.Join(<-merged, <-reclaimed); err != nil {
		t.Fatal(err)
	}
	check("after it", 3)
	if err := errors.Join(e.Reclaim(ctx), e.Close()); err != nil {
		t.Fatal(err)
	}
	if e, err = storage.Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	check("after a restart", 3)
	if n := e.Stats().Deleted; n != 0 {
		t.Errorf("%d deleted groups and streams are remembered", n)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// Merges are made in the background, soon after the flushes that make them due, and a stop does not wait for them.
func TestMergesInBackground(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{FlushBytes: 2000, MaxFrozen: 1, Compaction: compaction.Options{FanOut: 4}})
	put := func() {
		for i := range 300 {
			if _, err := s.Append("app", fmt.Sprint("s", i%3), event(int64(i), "some message")); err != nil {
				t.Fatal(err)
			}
		}
	}
	put()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		// Three of each tier, and what was flushed last.
		if stats := s.Engine.Stats(); stats.Merges > 3 && stats.PendingMerges == 0 && stats.Segments <= 12 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", s.Engine.Stats())
		}
	}
	put()
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != 600 {
		t.Errorf("%d events, %v", len(got), err)
	}
}

// 5,000 streams of an event each, flushed and merged: a merge reads each block once, not once a stream.
func TestMergeManyStreams(t *testing.T) {
	t.Parallel()
	streams := 5000
	if testing.Short() {
		streams = 1000
	}
	s := New(t, storage.Options{Manual: true, MaxDirtyStreams: 1 << 20, MaxCachedStreams: 1 << 20, Compaction: compaction.Options{FanOut: 2}})
	ctx, group := context.Background(), s.Group("app")
	for i := range streams {
		stream, err := s.Engine.CreateStream(ctx, catalog.Stream{Group: group.ID, Name: fmt.Sprint("s", i)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Engine.Append(ctx, storage.Batch{Group: group.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(int64(i), "short")}}); err != nil {
			t.Fatal(err)
		}
		if i%(streams/2) == streams/2-1 {
			if err := s.Engine.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	reads := 0
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpReadAt {
			reads++
		}
		return nil
	})
	if err := s.Engine.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	s.Power.SetFault(nil)
	if stats := s.Engine.Stats(); stats.Merges != 1 || stats.Segments != 1 || reads > 200 {
		t.Errorf("%d merges, %d segments, %d reads", stats.Merges, stats.Segments, reads)
	}
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != streams {
		t.Errorf("%d events, %v", len(got), err)
	}
}

// A merge whose output the disk spoils does not replace what it was made from.
func TestMergeIsVerified(t *testing.T) {
	s := New(t, storage.Options{Manual: true, Compaction: compaction.Options{FanOut: 2}, Segment: segment.Options{BlockBytes: 100}})
	for i := range 2 {
		if _, err := s.Append("app", "a", event(int64(i), "message")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	spoiled := false
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync && strings.HasSuffix(op.Name, ".parquet.tmp") && !spoiled {
			spoiled = true
			s.Flip(strings.TrimPrefix(op.Name, "data/"), 10)
		}
		return nil
	})
	if err := s.Engine.Compact(context.Background()); err == nil || !spoiled {
		t.Errorf("a spoiled merge: %v", err)
	}
	if stats := s.Engine.Stats(); stats.Segments != 2 || stats.DamageCount != 0 || stats.MergeErrors != 1 || len(s.Files("segments")) != 2 {
		t.Errorf("%+v, files %v", stats, s.Files("segments"))
	}
	if err := s.Engine.Compact(context.Background()); err != nil || s.Engine.Stats().Segments != 1 {
		t.Errorf("again: %v, %d segments", err, s.Engine.Stats().Segments)
	}
}

// Walks in pages, whole or through a filter, see each event once while the segments under them are merged.
func TestPagesWhileMerging(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true, ScanRuns: 4, ScanRows: 200, Compaction: compaction.Options{FanOut: 2, PieceBytes: 3000, SegmentBytes: 30_000, OwnBytes: 30_000}, Segment: segment.Options{BlockBytes: 300}})
	ctx, group := context.Background(), s.Group("app").ID
	const streams, rounds = 30, 24
	total := 0
	done := make(chan bool)
	walk := func(q storage.Query) {
		seen, after := map[logs.EventID]bool{}, logs.EventID{}
		for {
			q.Group, q.Range, q.After = group, logs.AllTime, after
			scan := s.Engine.Scan(ctx, q)
			n := 0
			for scan.Next() {
				for _, id := range scan.Batch().ID {
					if seen[id] || !after.Less(id) {
						t.Errorf("%+v: event %v came again", q, id)
					}
					seen[id], after = true, id
					n++
				}
			}
			rest, err := scan.Rest(), scan.Err()
			scan.Close()
			if err != nil {
				t.Error(err)
				return
			}
			if !rest.IsZero() && after.Less(rest) && (q.Limit == 0 || n < q.Limit) {
				after = rest
			} else if n == 0 {
				break
			}
		}
		if len(seen) != total {
			t.Errorf("limit %d, most bytes %d, filter %v: %d events, want %d", q.Limit, q.MaxBytes, q.Match != nil, len(seen), total)
		}
	}
	for round := range rounds {
		for i := range streams {
			from := int64(round) * 600_000
			if _, err := s.Append("app", fmt.Sprint("s", i), event(from+int64(i%5), "message one"), event(from+int64(i%5)+int64(round*1000), "message two")); err != nil {
				t.Fatal(err)
			}
			total += 2
		}
		if err := s.Engine.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		defer close(done)
		if err := s.Engine.Compact(ctx); err != nil {
			t.Error(err)
		}
	}()
	all := func([]byte) bool { return true }
	for merging := true; merging; {
		select {
		case <-done:
			merging = false
		default:
		}
		walk(storage.Query{Limit: 100})
		walk(storage.Query{Limit: 70, Match: all, MaxBytes: 5000})
		walk(storage.Query{MaxBytes: 5000})
	}
	if s.Engine.Stats().Merges == 0 {
		t.Error("no merges")
	}
}
