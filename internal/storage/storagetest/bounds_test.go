package storagetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
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

// meter is a disk that counts what is written to it, and looks at the memory in use while it is.
type meter struct {
	vfs.FS
	written atomic.Int64
	look    func()
}

type metered struct {
	vfs.File
	m *meter
}

func (m *meter) Create(name string) (vfs.File, error) {
	f, err := m.FS.Create(name)
	return metered{f, m}, err
}

func (m *meter) OpenReadWrite(name string) (vfs.File, error) {
	f, err := m.FS.OpenReadWrite(name)
	return metered{f, m}, err
}

func (f metered) WriteAt(p []byte, off int64) (int, error) {
	if f.m.look != nil {
		f.m.look()
	}
	n, err := f.File.WriteAt(p, off)
	f.m.written.Add(int64(n))
	return n, err
}

// load is a store with one group.
type load struct {
	*storage.Engine
	t       *testing.T
	disk    *meter
	group   catalog.Group
	streams []catalog.Stream
	rng     *rand.Rand
	at      int64
	bytes   int64 // of messages
}

func newLoad(t *testing.T, disk vfs.FS, streams int, o storage.Options) *load {
	if withDetector {
		t.Skip("bounds are those of the program as it is built")
	}
	c, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	ctx := context.Background()
	l := &load{t: t, disk: &meter{FS: disk}, rng: rand.New(rand.NewPCG(1, 2)), at: 1_700_000_000_000}
	if l.group, err = c.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil); err != nil {
		t.Fatal(err)
	}
	o.FS, o.Dir, o.Catalog, o.Manual = l.disk, t.TempDir()+"/data", c, true
	o.Now = func() time.Time { return time.UnixMilli(l.at) }
	l.open(o)
	for i := range streams {
		s, err := l.CreateStream(ctx, catalog.Stream{Group: l.group.ID, Name: fmt.Sprint("container-", i)})
		if err != nil {
			t.Fatal(err)
		}
		l.streams = append(l.streams, s)
	}
	return l
}

func (l *load) open(o storage.Options) {
	e, err := storage.Open(context.Background(), o)
	if err != nil {
		l.t.Fatal(err)
	}
	l.Engine = e
	l.t.Cleanup(func() { e.Close() })
}

// put appends a batch of lines as an application writes them.
func (l *load) put(stream, events int) {
	batch := make([]logs.Event, events)
	for i := range batch {
		l.at += int64(l.rng.IntN(3))
		batch[i] = logs.Event{Timestamp: l.at, Message: fmt.Appendf(nil, `{"level":"info","request":"%016x","path":"/api/v1/orders/%d","status":%d,"ms":%d,"message":"request served"}`,
			l.rng.Uint64(), l.rng.IntN(100_000), 200+l.rng.IntN(3), l.rng.IntN(900))}
		l.bytes += int64(len(batch[i].Message))
	}
	if _, err := l.Append(context.Background(), storage.Batch{Group: l.group.ID, Stream: l.streams[stream], Ingestion: l.at, Events: batch}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *load) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// Under the load of a container-log driver, many streams and a few events a batch, no more than three bytes are written for
// each byte of a message, log, segments and merges together.
func TestBytesWritten(t *testing.T) {
	t.Parallel()
	l := newLoad(t, vfs.NewMem(), 200, storage.Options{FlushBytes: 1 << 40, Compaction: compaction.Options{FanOut: 4, Quiet: time.Second}})
	for flush := range 16 {
		for range 500 {
			l.put(l.rng.IntN(len(l.streams)), 1+l.rng.IntN(10))
		}
		l.must(l.Flush(t.Context()))
		l.must(l.Compact(t.Context()))
		if flush == 15 && l.Stats().Merges == 0 {
			t.Error("nothing was merged")
		}
	}
	ratio := float64(l.disk.written.Load()) / float64(l.bytes)
	t.Logf("%.2f bytes written for each of %d", ratio, l.bytes)
	if ratio > 3 {
		t.Errorf("%.2f bytes are written for each byte of a message, want at most 3", ratio)
	}
}

// heap is the most memory in use, in bytes, that look saw above what was there before.
type heap struct{ before, most uint64 }

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// newHeap begins with nothing in pools: what lies there survives one collection.
func newHeap() *heap {
	heapNow()
	heapNow()
	return &heap{before: heapNow()}
}

func (h *heap) look() {
	if now := heapNow(); now > h.before {
		h.most = max(h.most, now-h.before)
	}
}

// measured is what one size of data takes.
type measured struct{ scan, list, compact, open uint64 }

func measure(t *testing.T, events int) measured {
	const streams, batch, flushes = 5, 100, 10
	small := segment.Options{BlockBytes: 8 << 10, GroupRows: 2000}
	l := newLoad(t, vfs.OS(), streams, storage.Options{
		FlushBytes: 1 << 40, PageBytes: 1 << 20, Segment: small, Merge: small, Compaction: compaction.Options{FanOut: 5, SegmentBytes: 1 << 40},
	})
	for range flushes {
		for i := range events / flushes / batch {
			l.put(i%streams, batch)
		}
		l.must(l.Flush(t.Context()))
	}
	var m measured
	h := newHeap()
	scan := func() {
		seen := 0
		s := l.Scan(t.Context(), storage.Query{Group: l.group.ID, Range: logs.AllTime})
		defer s.Close()
		for s.Next() {
			if n := s.Batch().Len(); seen/(events/10) != (seen+n)/(events/10) {
				h.look()
			}
			seen += s.Batch().Len()
		}
		if s.Err() != nil || seen != events {
			t.Errorf("scan: %d of %d events, %v", seen, events, s.Err())
		}
	}
	scan()
	m.scan, h = h.most, newHeap()
	for q := (catalog.StreamQuery{Group: l.group.ID, Limit: 10}); ; {
		page, err := l.ListStreams(t.Context(), q, 0)
		l.must(err)
		h.look()
		if q.After = page.Next; page.Next == nil {
			break
		}
	}
	m.list, h = h.most, newHeap()
	l.disk.look = h.look
	l.must(l.Compact(t.Context()))
	l.disk.look = nil
	if l.Stats().Merges == 0 {
		t.Error("nothing was merged")
	}
	m.compact = h.most
	o := l.Options()
	l.must(l.Close())
	h = newHeap()
	l.open(o)
	h.look()
	m.open = h.most
	return m
}

// Memory of a scan, a listing, a merge and a start does not grow with the data.
func TestMemoryBounds(t *testing.T) {
	small, large := measure(t, 20_000), measure(t, 200_000)
	t.Logf("KiB: scan %d, %d; listing %d, %d; merge %d, %d; start %d, %d", small.scan>>10, large.scan>>10, small.list>>10, large.list>>10,
		small.compact>>10, large.compact>>10, small.open>>10, large.open>>10)
	const slack = 4 << 20 // the data grow by 20 MB
	for name, m := range map[string][2]uint64{
		"a scan": {small.scan, large.scan}, "a listing": {small.list, large.list}, "a merge": {small.compact, large.compact}, "a start": {small.open, large.open},
	} {
		if m[1] > 2*m[0]+slack {
			t.Errorf("%s takes %d KiB, and %d KiB of ten times the data", name, m[0]>>10, m[1]>>10)
		}
	}
}

// A start with many segments takes little memory for each.
func TestMemoryOfManySegments(t *testing.T) {
	const segments = 300
	l := newLoad(t, vfs.OS(), 5, storage.Options{})
	for i := range segments {
		l.put(i%5, 3)
		l.must(l.Flush(t.Context()))
	}
	o := l.Options()
	l.must(l.Close())
	h := newHeap()
	goroutines := runtime.NumGoroutine()
	l.open(o)
	h.look()
	t.Logf("%d KiB for %d segments", h.most>>10, segments)
	if h.most > 1<<20+segments*2<<10 {
		t.Errorf("a store with %d segments takes %d KiB after a start", segments, h.most>>10)
	}
	if n := runtime.NumGoroutine() - goroutines; n > 2 {
		t.Errorf("%d goroutines in a store without background work, want the log's writer", n)
	}
}
