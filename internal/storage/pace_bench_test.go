package storage_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// openToMerge is a store in which eight segments of 40 MB of messages wait for a merge, in blocks of many streams: all of it
// is to be packed anew.
func openToMerge(b *testing.B, merge bool) *bench {
	ctx, dir := context.Background(), b.TempDir()
	c, err := sqlite.Open(ctx, filepath.Join(dir, "catalog.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	o := storage.Options{FS: vfs.OS(), Dir: filepath.Join(dir, "data"), Catalog: c, Manual: true, MaxFrozen: 100}
	x := &bench{}
	if x.Engine, err = storage.Open(ctx, o); err != nil {
		b.Fatal(err)
	}
	if x.group, err = c.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "bench", Class: "STANDARD"}, nil); err != nil {
		b.Fatal(err)
	}
	for i := range 1200 {
		s, err := x.CreateStream(ctx, catalog.Stream{Group: x.group.ID, Name: fmt.Sprintf("stream-%04d", i)})
		if err != nil {
			b.Fatal(err)
		}
		x.streams = append(x.streams, s)
	}
	for i := range 8 {
		for w := range x.streams {
			events, _ := lines(100, 1_700_000_000_000+int64(i)*100_000+int64(w))
			x.put(b, w, events)
		}
		if err := x.Flush(ctx); err != nil {
			b.Fatal(err)
		}
	}
	if merge {
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		o.Manual = false
		if x.Engine, err = storage.Open(ctx, o); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() {
		x.Close()
		c.Close()
	})
	return x
}

// Batches of 100 events from 8 writers, who pause between two or do not, while nothing else goes on and while a merge does:
// how long an acknowledgement takes.
func BenchmarkAppendWhileMerging(b *testing.B) {
	for _, pause := range []time.Duration{10 * time.Millisecond, 0} {
		for _, merge := range []bool{false, true} {
			b.Run(fmt.Sprintf("pause=%v/merge=%v", pause, merge), func(b *testing.B) {
				x := openToMerge(b, merge)
				events, _ := lines(100, 1_700_000_000_000)
				var mu sync.Mutex
				var all []time.Duration
				write := func(w int) {
					var times []time.Duration
					for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(pause) {
						if merge && x.Stats().Merges > 0 {
							break
						}
						start := time.Now()
						x.put(b, w, events)
						times = append(times, time.Since(start))
					}
					mu.Lock()
					defer mu.Unlock()
					all = append(all, times...)
				}
				start := time.Now()
				for b.Loop() {
					var writers sync.WaitGroup
					for w := range 8 {
						writers.Go(func() { write(w) })
					}
					writers.Wait()
				}
				slices.Sort(all)
				b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-us")
				b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-us")
				b.ReportMetric(float64(len(all))/time.Since(start).Seconds(), "batches/s")
				b.ReportMetric(float64(x.Stats().Merges), "merges")
				b.ReportMetric(time.Since(start).Seconds(), "s")
			})
		}
	}
}
