package storage_test

import (
	"context"
	"fmt"
	"testing"

	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// walkPages reads a group as a client does that pages through it: pages of 10,000 events or 1 MiB, each a scan of its own
// that begins behind the page before. It returns the events and the pages.
func (x *bench) walkPages(b testing.TB, q storage.Query) (events, pages int) {
	q.Group, q.Range, q.Limit = x.group.ID, logs.AllTime, 10_001
	for {
		n, last := x.onePage(b, q)
		if n == 0 {
			return events, pages
		}
		events, pages = events+n, pages+1
		if q.Reverse {
			q.Before = last
		} else {
			q.After = last
		}
	}
}

func (x *bench) onePage(b testing.TB, q storage.Query) (n int, last logs.EventID) {
	s := x.Scan(context.Background(), q)
	defer s.Close()
	size := 0
	for s.Next() {
		batch := s.Batch()
		for i, id := range batch.ID {
			if size += len(batch.Message[i]) + logs.EventOverhead; size > 1<<20 || n == 10_000 {
				return n, last
			}
			n, last = n+1, id
		}
	}
	if s.Err() != nil {
		b.Fatal(s.Err())
	}
	return n, last
}

// All pages of a group of 600,000 events that were written side by side, and one after the other.
func BenchmarkGroupWalk(b *testing.B) {
	for _, streams := range []int{4, 50, 200, 1000} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			x := openBench(b, streams)
			for i := range 200_000 / 100 {
				events, _ := lines(300, 1_700_000_000_000+int64(i/streams)*30)
				x.put(b, i%streams, events)
			}
			if err := x.Flush(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			defer reportCPU(b)()
			for b.Loop() {
				if n, _ := x.walkPages(b, storage.Query{}); n != 600_000 {
					b.Fatal(n)
				}
			}
		})
	}
}
