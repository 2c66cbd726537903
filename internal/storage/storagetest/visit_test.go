package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// A visit opens the segments of a group one after the other and keeps none open that nobody reads any more.
func TestVisitOpensFewFiles(t *testing.T) {
	t.Parallel()
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, open := context.Background(), new(atomic.Int64)
	e, err := storage.Open(ctx, storage.Options{FS: handles{FS: vfs.NewMem(), open: open}, Dir: "data", Catalog: memory, Manual: true, MaxOpenSegments: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: s, Events: []logs.Event{event(int64(i), "x"), event(int64(i), "y")}}); err != nil {
			t.Fatal(err)
		}
		if err := e.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	before := open.Load()
	var most, events atomic.Int64
	_, err = e.Visit(ctx, storage.Query{Group: g.ID, Range: logs.AllTime}, 3, func(_ int, b *column.Batch) error {
		events.Add(int64(b.Len()))
		for now := open.Load(); now > most.Load(); {
			most.Store(now)
		}
		return nil
	})
	if err != nil || events.Load() != 80 {
		t.Fatalf("%d events, %v", events.Load(), err)
	}
	if n := most.Load() - before; n > 3+1+2 { // the workers', the one handed out, the idle ones
		t.Errorf("%d files of 40 are open at the same time", n)
	}
}

// A stream that is named twice gives its events once, wherever they are.
func TestStreamsNamedTwice(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true})
	if _, err := s.Append("app", "a", event(1, "flushed")); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append("app", "a", event(2, "in the head")); err != nil {
		t.Fatal(err)
	}
	stream, err := s.Stream("app", "a")
	if err != nil {
		t.Fatal(err)
	}
	q := storage.Query{Streams: []logs.StreamID{stream.ID, stream.ID}, Range: logs.AllTime}
	scanned, err := s.Scan("app", q)
	if err != nil || len(scanned) != 2 {
		t.Errorf("scan: %v, %v", scanned, err)
	}
	visited, err := s.Visit("app", q, 2)
	if err != nil || len(visited) != 2 {
		t.Errorf("visit: %v, %v", visited, err)
	}
}

// A visit of several groups gives what visits of each give, with what was asked of each, whether groups are there or not; it ends with
// the first error, of whom it calls or of whom it asks for the next group.
func TestVisitAll(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true})
	groups := []string{"app", "web", "empty", "db"}
	for _, name := range groups {
		s.Group(name)
	}
	for i := range 30 {
		if _, err := s.Append(groups[[]int{0, 1, 3}[i%3]], "a", event(int64(i), fmt.Sprint("message ", i))); err != nil {
			t.Fatal(err)
		}
		if i%8 == 7 {
			if err := s.Engine.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	broken := errors.New("broken")
	queries := func(yield func(storage.Query, error) bool) {
		for i, name := range groups {
			q := storage.Query{Group: s.Group(name).ID, Range: logs.TimeRange{Start: int64(i), End: 28}, Columns: column.Message}
			if !yield(q, nil) {
				return
			}
		}
	}
	for workers := range 4 {
		var mu sync.Mutex
		got := make([][]string, len(groups))
		stats, err := s.Engine.VisitAll(context.Background(), queries, workers, func(_, query int, b *column.Batch) error {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range b.Message {
				got[query] = append(got[query], string(m))
			}
			return nil
		})
		if err != nil || stats.Events != 10+9+8 {
			t.Fatal(stats, err)
		}
		for i, name := range groups {
			want, err := s.Visit(name, storage.Query{Range: logs.TimeRange{Start: int64(i), End: 28}}, 1)
			if err != nil {
				t.Fatal(err)
			}
			var messages []string
			for _, e := range want {
				messages = append(messages, e.Message)
			}
			slices.Sort(messages)
			if slices.Sort(got[i]); !slices.Equal(got[i], messages) {
				t.Errorf("%s: %q, want %q", name, got[i], messages)
			}
		}
		if _, err := s.Engine.VisitAll(context.Background(), queries, workers, func(_, query int, _ *column.Batch) error {
			if query == 1 {
				return broken
			}
			return nil
		}); !errors.Is(err, broken) {
			t.Error("an error of the visitor:", err)
		}
		if _, err := s.Engine.VisitAll(context.Background(), func(yield func(storage.Query, error) bool) {
			for q := range queries {
				if !yield(q, nil) {
					return
				}
				yield(q, broken)
				return
			}
		}, workers, func(int, int, *column.Batch) error { return nil }); !errors.Is(err, broken) {
			t.Error("an error in place of a query:", err)
		}
	}
}

// A visit that is cancelled looks at no more than its workers are at: in a head at a batch each, in segments at a block each, however
// much there is.
func TestVisitEndsSoon(t *testing.T) {
	t.Parallel()
	for _, flushed := range []bool{false, true} {
		s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 20_000}})
		batch := make([]logs.Event, 10_000)
		for i := range batch {
			batch[i] = event(int64(i), "message")
		}
		const events = 300_000
		for range events / len(batch) {
			if _, err := s.Append("app", "a", batch...); err != nil {
				t.Fatal(err)
			}
		}
		if flushed {
			if err := s.Engine.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		const workers = 3
		var seen atomic.Int64
		_, err := s.Engine.Visit(ctx, storage.Query{Group: s.Group("app").ID, Range: logs.AllTime}, workers, func(_ int, b *column.Batch) error {
			seen.Add(int64(b.Len()))
			cancel()
			return nil
		})
		if n := seen.Load(); !errors.Is(err, context.Canceled) || n > 2*workers*3000 {
			t.Errorf("flushed %v: %d of %d events were seen, %v", flushed, n, events, err)
		}
	}
}
