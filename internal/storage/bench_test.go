package storage_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// bench is a store on a real disk.
type bench struct {
	*storage.Engine
	group   catalog.Group
	streams []catalog.Stream
}

func openBench(b testing.TB, streams int) *bench {
	ctx, dir := context.Background(), b.TempDir()
	c, err := sqlite.Open(ctx, filepath.Join(dir, "catalog.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	e, err := storage.Open(ctx, storage.Options{FS: vfs.OS(), Dir: filepath.Join(dir, "data"), Catalog: c})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		e.Close()
		c.Close()
	})
	x := &bench{Engine: e}
	if x.group, err = c.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "bench", Class: "STANDARD"}, nil); err != nil {
		b.Fatal(err)
	}
	for i := range streams {
		s, err := e.CreateStream(ctx, catalog.Stream{Group: x.group.ID, Name: fmt.Sprintf("stream-%04d", i)})
		if err != nil {
			b.Fatal(err)
		}
		x.streams = append(x.streams, s)
	}
	return x
}

// reportCPU reports the processor time of an operation, which other work on the machine lengthens less than its duration.
func reportCPU(b *testing.B) (stop func()) {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op") }
}

// lines are events that look like a service's log, about 320 bytes each.
func lines(n int, from int64) (events []logs.Event, size int64) {
	r := rand.New(rand.NewPCG(1, uint64(from)))
	for i := range n {
		m := fmt.Appendf(nil, `{"time":"2026-01-02T03:04:%02d.%03dZ","level":"info","service":"checkout","request_id":"%016x%016x","method":"GET","path":"/api/v1/items/%d","status":%d,"duration_ms":%d,"bytes":%d,"user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","msg":"request served from the upstream pool"}`,
			i%60, i%1000, r.Uint64(), r.Uint64(), r.IntN(100000), 200+r.IntN(4)*100, r.IntN(2000), r.IntN(1<<20))
		events = append(events, logs.Event{Timestamp: from + int64(i/10), Message: m})
		size += int64(len(m))
	}
	return events, size
}

func (x *bench) put(b testing.TB, stream int, events []logs.Event) {
	if _, err := x.Append(context.Background(), storage.Batch{Group: x.group.ID, Stream: x.streams[stream], Ingestion: time.Now().UnixMilli(), Events: events}); err != nil {
		b.Error(err)
	}
}

// Large batches from 4 writers: messages a second end to end, durable, flushes included.
func BenchmarkAppendLarge(b *testing.B) {
	x := openBench(b, 4)
	events, size := lines(3000, 1_700_000_000_000)
	b.SetBytes(size)
	b.ReportAllocs()
	var next atomic.Int64
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		stream := int(next.Add(1)-1) % 4
		for pb.Next() {
			x.put(b, stream, events)
		}
	})
}

// Batches of ten events from 32 writers, each durable.
func BenchmarkAppendSmall(b *testing.B) {
	x := openBench(b, 32)
	events, size := lines(10, 1_700_000_000_000)
	b.SetBytes(size)
	b.ReportAllocs()
	var next atomic.Int64
	b.SetParallelism(32 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		stream := int(next.Add(1)-1) % 32
		for pb.Next() {
			x.put(b, stream, events)
		}
	})
}

// filled has n batches of 3,000 events in one stream, or in many.
func filled(b *testing.B, streams, batches int) *bench {
	x := openBench(b, streams)
	for i := range batches {
		events, _ := lines(3000, 1_700_000_000_000+int64(i)*300)
		x.put(b, i%streams, events)
	}
	if err := x.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	return x
}

func (x *bench) read(b *testing.B, q storage.Query, limit int) (n int) {
	q.Group = x.group.ID
	s := x.Scan(context.Background(), q)
	defer s.Close()
	for n < limit && s.Next() {
		n += s.Batch().Len()
	}
	if s.Err() != nil {
		b.Fatal(s.Err())
	}
	return n
}

// A page of 100 events from the middle of a stream of 600,000.
func BenchmarkPageFromMiddle(b *testing.B) {
	x := filled(b, 1, 200)
	q := storage.Query{Streams: []logs.StreamID{x.streams[0].ID}, Range: logs.AllTime, After: logs.MinEventID(1_700_000_000_000 + 30_000), Limit: 100}
	b.ReportAllocs()
	for b.Loop() {
		if n := x.read(b, q, 100); n != 100 {
			b.Fatal(n)
		}
	}
}

// The last 100 events of a stream.
func BenchmarkTail(b *testing.B) {
	x := filled(b, 1, 200)
	q := storage.Query{Streams: []logs.StreamID{x.streams[0].ID}, Range: logs.AllTime, Reverse: true, Limit: 100}
	b.ReportAllocs()
	for b.Loop() {
		if n := x.read(b, q, 100); n != 100 {
			b.Fatal(n)
		}
	}
}

// A page of 10,000 events of a group with 200 streams, in order of time.
func BenchmarkGroupPage(b *testing.B) {
	x := filled(b, 200, 200)
	q := storage.Query{Range: logs.AllTime, Limit: 10_000}
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if n := x.read(b, q, 10_000); n != 10_000 {
			b.Fatal(n)
		}
	}
}

// A word that 20 of 600,000 events have, as a page of a search asks for it: again and again, as dashboards do.
func BenchmarkSearchAgain(b *testing.B) {
	x := openBench(b, 20)
	word := []byte("ERR_QUOTA_7731")
	for i := range 200 {
		events, _ := lines(3000, 1_700_000_000_000+int64(i)*300)
		if i%10 == 0 {
			events[i].Message = append(events[i].Message, word...)
		}
		x.put(b, i%20, events)
	}
	if err := x.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	q := storage.Query{
		Range: logs.AllTime, Limit: 10_001, Required: [][][]byte{{word}},
		Match: func(m []byte) bool { return bytes.Contains(m, word) },
	}
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if n := x.read(b, q, 10_001); n != 20 {
			b.Fatal(n)
		}
	}
}

// A word that is nowhere, in a group of 600,000 events.
func BenchmarkGroupMatch(b *testing.B) {
	for _, streams := range []int{4, 200} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			x := filled(b, streams, 200)
			word := []byte("no such word")
			q := storage.Query{Range: logs.AllTime, Match: func(m []byte) bool { return bytes.Contains(m, word) }}
			b.SetBytes(x.GroupBytes(x.group.ID))
			b.ReportAllocs()
			defer reportCPU(b)()
			for b.Loop() {
				if n := x.read(b, q, 1); n != 0 {
					b.Fatal(n)
				}
			}
		})
	}
}

// Everything of a group of 600,000 events in order of time.
func BenchmarkGroupScan(b *testing.B) {
	for _, streams := range []int{4, 200} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			x := filled(b, streams, 200)
			b.SetBytes(x.GroupBytes(x.group.ID))
			b.ReportAllocs()
			defer reportCPU(b)()
			for b.Loop() {
				if n := x.read(b, storage.Query{Range: logs.AllTime}, 1<<30); n != 600_000 {
					b.Fatal(n)
				}
			}
		})
	}
}

// TestMemory lets events go in through 4 writers and looks at what the process takes from the system.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	x := openBench(t, 4)
	const batches = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var writers sync.WaitGroup
	var size atomic.Int64
	for w := range 4 {
		writers.Go(func() {
			events, n := lines(3000, 1_700_000_000_000)
			for range batches / 4 {
				for i := range events {
					events[i].Timestamp += 300
				}
				size.Add(n)
				x.put(t, w, events)
			}
		})
	}
	writers.Wait()
	runtime.ReadMemStats(&after)
	stats := x.Stats()
	t.Logf("%d MB of messages, heap from the system %d MB, %+v", size.Load()>>20, after.HeapSys>>20, stats)
	if after.HeapSys > 400<<20 {
		t.Errorf("%d MB of heap for %d MB of events", after.HeapSys>>20, size.Load()>>20)
	}
	if written := stats.SegmentBytesWritten + int64(stats.WAL.Bytes); written > 2*size.Load() {
		t.Errorf("%d bytes written for %d acknowledged", written, size.Load())
	}
}
