package storage_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// A page of 10,000 events at the beginning, in the middle and at the end of a stream of EVENTS events, one a millisecond: what it costs
// does not depend on where it is.
func BenchmarkPage(b *testing.B) {
	const page, batch, start = 10_000, 10_000, 1_700_000_000_000
	n := 1_000_000
	if v := os.Getenv("EVENTS"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 10*page {
			b.Fatalf("EVENTS=%s: want a number from %d on", v, 10*page)
		}
	}
	x := openBench(b, 1)
	events, _ := lines(batch, 0)
	for at := 0; at < n; at += batch {
		for i := range events {
			events[i].Timestamp = start + int64(at+i)
		}
		x.put(b, 0, events)
	}
	if err := x.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		after int
	}{{"first", 0}, {"middle", n / 2}, {"last", n - page - 1}} {
		b.Run(c.name, func(b *testing.B) {
			q := storage.Query{Streams: []logs.StreamID{x.streams[0].ID}, Range: logs.AllTime, After: logs.MinEventID(start + int64(c.after)), Limit: page}
			x.benchPage(b, q, page)
		})
	}
}

// A page of 10,000 events in order of time from the middle of a group of 100,000 streams of ten events, that were written side by
// side.
func BenchmarkPageOfStreams(b *testing.B) {
	const streams, each, writers = 100_000, 10, 32
	x := openBench(b, 1)
	x.createStreams(b, streams-1)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < streams; i += writers {
				events, _ := lines(each, 0)
				for j := range events {
					events[j].Timestamp = 1_700_000_000_000 + int64(j*streams+i)
				}
				x.put(b, i, events)
			}
		})
	}
	wg.Wait()
	if err := x.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	x.benchPage(b, storage.Query{Range: logs.AllTime, After: logs.MinEventID(1_700_000_000_000 + each*streams/2), Limit: 10_000}, 10_000)
}

func (x *bench) createStreams(b *testing.B, n int) {
	for i := range n {
		s, err := x.CreateStream(context.Background(), catalog.Stream{Group: x.group.ID, Name: fmt.Sprintf("more-%06d", i)})
		if err != nil {
			b.Fatal(err)
		}
		x.streams = append(x.streams, s)
	}
}

func (x *bench) benchPage(b *testing.B, q storage.Query, events int) {
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if n := x.read(b, q, events); n != events {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms")
}
