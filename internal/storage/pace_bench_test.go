package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/vfs"
)

// backlog is the directory of a closed store in which eight segments of 40 MB of messages wait for a merge, in blocks of many
// streams: all of it is to be packed anew.
func backlog(b *testing.B) (string, *bench) {
	dir := b.TempDir()
	x := openBacklog(b, dir, storage.Options{Manual: true, MaxFrozen: 100})
	ctx := context.Background()
	var err error
	if x.group, err = x.catalog.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "bench", Class: "STANDARD"}, nil); err != nil {
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
	x.close(b)
	return dir, &x.bench
}

// stored is a store that can be closed and opened again.
type stored struct {
	bench
	catalog *sqlite.Catalog
}

func openBacklog(b *testing.B, dir string, o storage.Options) *stored {
	x := &stored{}
	var err error
	if x.catalog, err = sqlite.Open(context.Background(), filepath.Join(dir, "catalog.db"), sqlite.Options{}); err != nil {
		b.Fatal(err)
	}
	o.FS, o.Dir, o.Catalog = vfs.OS(), filepath.Join(dir, "data"), x.catalog
	if x.Engine, err = storage.Open(context.Background(), o); err != nil {
		b.Fatal(err)
	}
	return x
}

func (x *stored) close(b *testing.B) {
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	if err := x.catalog.Close(); err != nil {
		b.Fatal(err)
	}
}

// load is what writers saw.
type load struct {
	times  []time.Duration // of acknowledgements
	took   time.Duration
	merges int64
}

// write lets 8 writers append batches of 100 events to a store, one after the other with a pause between two, until it has
// merged or for a time.
func (l *load) write(b *testing.B, x *bench, pause, most time.Duration) {
	events, _ := lines(100, 1_700_000_000_000)
	var mu sync.Mutex
	var writers sync.WaitGroup
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	go func() { // writers do not look themselves: that takes a lock of the log
		for ctx.Err() == nil && x.Stats().Merges == 0 {
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
	}()
	for w := range 8 {
		writers.Go(func() {
			var times []time.Duration
			for ; ctx.Err() == nil; time.Sleep(pause) {
				start := time.Now()
				x.put(b, w, events)
				times = append(times, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			l.times = append(l.times, times...)
		})
	}
	writers.Wait()
	l.took += time.Since(start)
	l.merges += x.Stats().Merges
}

func (l *load) report(b *testing.B, what string) {
	slices.Sort(l.times)
	b.ReportMetric(float64(l.times[len(l.times)/2].Microseconds()), what+"-p50-us")
	b.ReportMetric(float64(l.times[len(l.times)*99/100].Microseconds()), what+"-p99-us")
	b.ReportMetric(float64(len(l.times))/l.took.Seconds(), what+"-batches/s")
	b.ReportMetric(l.took.Seconds(), what+"-s")
}

// Batches of 100 events from 8 writers, who pause between two or do not, while heads are flushed and nothing else goes on, and
// while a merge does, in turns: how long an acknowledgement takes.
func BenchmarkAppendWhileMerging(b *testing.B) {
	const rounds = 3
	dir, prepared := backlog(b)
	for _, pause := range []time.Duration{10 * time.Millisecond, 0} {
		b.Run(fmt.Sprintf("pause=%v", pause), func(b *testing.B) {
			var idle, merging load
			run := func(l *load, o compaction.Options, most time.Duration) {
				copied := b.TempDir()
				if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
					b.Fatal(err)
				}
				x := openBacklog(b, copied, storage.Options{MaxFrozen: 100, Compaction: o})
				defer x.close(b)
				x.group, x.streams = prepared.group, prepared.streams
				l.write(b, &x.bench, pause, most)
			}
			for b.Loop() {
				for range rounds {
					run(&idle, compaction.Options{FanOut: 1 << 20}, 2*time.Second)
					run(&merging, compaction.Options{}, 8*time.Second)
				}
			}
			idle.report(b, "idle")
			merging.report(b, "merging")
			b.ReportMetric(float64(merging.merges), "merges")
		})
	}
}
