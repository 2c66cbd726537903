package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// handles counts the files that are open, and how many were at most.
type handles struct {
	vfs.FS
	open *atomic.Int64
	most *atomic.Int64 // nil: not counted
}

type handle struct {
	vfs.File
	open *atomic.Int64
}

func (h handles) count(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	if n := h.open.Add(1); h.most != nil {
		h.most.Store(max(n, h.most.Load()))
	}
	return handle{f, h.open}, nil
}

func (h handles) Create(name string) (vfs.File, error) { return h.count(h.FS.Create(name)) }
func (h handles) Open(name string) (vfs.File, error)   { return h.count(h.FS.Open(name)) }
func (h handles) OpenReadWrite(name string) (vfs.File, error) {
	return h.count(h.FS.OpenReadWrite(name))
}

func (h handle) Close() error {
	h.open.Add(-1)
	return h.File.Close()
}

// Scans that end early, that are cancelled, that meet damage, that outlive the segments they read: none leaves a file
// open or a goroutine behind, and idle files stay within their bound.
func TestNoHandlesLeft(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, open, disk := context.Background(), new(atomic.Int64), vfs.NewMem()
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := storage.Open(ctx, storage.Options{
		FS: handles{FS: disk, open: open}, Dir: "data", Catalog: memory, Manual: true, MaxOpenSegments: 3,
		ReclaimShare: 0.01, Compaction: compaction.Options{FanOut: 2}, ScanRuns: 4, ScanRows: 10, Segment: segment.Options{BlockBytes: 100},
	})
	if err != nil {
		t.Fatal(err)
	}
	var streams []catalog.Stream
	for i := range 8 {
		stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: fmt.Sprint("s", i)})
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, stream)
	}
	for range 8 {
		for _, stream := range streams {
			var events []logs.Event
			for ms := range 20 {
				events = append(events, event(int64(ms), "message"))
			}
			if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: events}); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	s := &Store{T: t, Engine: e, Disk: disk}
	names := s.Files("segments")
	for at := int64(0); at < 400; at += 40 {
		s.Flip("segments/"+names[2], at)
	}
	s.Flip("segments/"+names[3], -1)
	if err := disk.Remove("data/segments/" + names[4]); err != nil {
		t.Fatal(err)
	}
	for _, q := range []storage.Query{
		{},
		{Reverse: true},
		{Limit: 5},
		{Limit: 5, Reverse: true},
		{StreamPrefix: "s1"},
		{Streams: []logs.StreamID{streams[1].ID, streams[2].ID}},
		{Match: func([]byte) bool { return false }},
		{MaxBytes: 10},
		{MaxBytes: 10, Reverse: true},
	} {
		for steps := range 4 {
			limited, cancel := context.WithCancel(ctx)
			q.Group, q.Range = g.ID, logs.AllTime
			scan := e.Scan(limited, q)
			for range steps {
				scan.Next()
			}
			if steps == 3 {
				cancel()
				scan.Next()
			}
			scan.Close()
			scan.Close()
			cancel()
			if n := open.Load(); n > 3+1 {
				t.Fatalf("%+v, %d steps: %d files are open, want at most 3 and the log", q, steps, n)
			}
		}
	}
	limited, cancel := context.WithCancel(ctx)
	cancel()
	if err := e.Compact(limited); !errors.Is(err, context.Canceled) {
		t.Errorf("compact that is cancelled: %v", err)
	}
	outlives := e.Scan(ctx, storage.Query{Group: g.ID, Range: logs.AllTime})
	outlives.Next()
	if err := errors.Join(e.DeleteStream(ctx, streams[0]), e.Reclaim(ctx), e.Compact(ctx)); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	outlives.Close()
	if n := open.Load(); n != 0 {
		t.Errorf("%d files are open in the end", n)
	}
}
