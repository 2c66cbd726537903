package storage_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// A page of 50 streams of a group of 100,000, 1,000 of which have statistics that the catalog lacks, in each order, with the
// slowest pages.
func BenchmarkListStreams(b *testing.B) {
	x := openBench(b, 0)
	ctx := context.Background()
	for i := range 100_000 {
		s, err := x.CreateStream(ctx, catalog.Stream{Group: x.group.ID, Name: fmt.Sprintf("stream-%06d", i*7919%100_000)})
		if err != nil {
			b.Fatal(err)
		}
		x.streams = append(x.streams, s)
	}
	for i := range 1000 {
		x.put(b, i*97, []logs.Event{{Timestamp: 1_700_000_000_000 + int64(i%300), Message: []byte("x")}})
	}
	for _, order := range []catalog.StreamOrder{catalog.ByName, catalog.ByLastEvent} {
		for _, descending := range []bool{false, true} {
			b.Run(fmt.Sprintf("order=%d/descending=%v", order, descending), func(b *testing.B) {
				var times []time.Duration
				q, page := catalog.StreamQuery{Group: x.group.ID, Order: order, Descending: descending, Limit: 50}, storage.StreamPage{}
				b.ReportAllocs()
				for b.Loop() {
					start := time.Now()
					var err error
					if page, err = x.ListStreams(ctx, q, page.Epoch); err != nil || len(page.Streams) != 50 {
						b.Fatal(len(page.Streams), err)
					}
					times = append(times, time.Since(start))
					q.After = page.Next
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
			})
		}
	}
}
