package storage_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/match"
	"tailrace/internal/storage"
)

// Events of a group of 600,000 by bins of five minutes: their times alone are read.
func BenchmarkVisitTimes(b *testing.B) {
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			x := filled(b, 50, 200)
			q := storage.Query{Group: x.group.ID, Range: logs.AllTime, Columns: column.Time}
			b.ReportAllocs()
			for b.Loop() {
				x.visit(b, q, workers, 600_000, func(w int, batch *column.Batch) (n int) {
					bins := map[int64]int{}
					bin, at := int64(-1), 0
					for i := range batch.Time {
						if of := batch.Time[i] / 300_000; of != bin {
							bins[bin] += i - at
							bin, at = of, i
						}
					}
					bins[bin] += batch.Len() - at
					return batch.Len()
				})
			}
		})
	}
}

// A word that is nowhere, in no order.
func BenchmarkVisitMatch(b *testing.B) {
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			x := filled(b, 50, 200)
			word := []byte("no such word")
			q := storage.Query{Group: x.group.ID, Range: logs.AllTime, Columns: column.Count, Match: func(m []byte) bool { return bytes.Contains(m, word) }}
			b.SetBytes(x.GroupBytes(x.group.ID))
			b.ReportAllocs()
			for b.Loop() {
				x.visit(b, q, workers, 0, func(_ int, batch *column.Batch) int { return batch.Len() })
			}
		})
	}
}

// A word that is nowhere in 150,000 events of a head, in no order.
func BenchmarkVisitHead(b *testing.B) {
	x := openBench(b, 50)
	for i := range 50 {
		events, _ := lines(3000, 1_700_000_000_000+int64(i)*300)
		x.put(b, i, events)
	}
	finder := match.NewFinder("no such word")
	q := storage.Query{Group: x.group.ID, Range: logs.AllTime, Columns: column.Count, Match: finder.In, Seek: finder.Index}
	b.SetBytes(x.GroupBytes(x.group.ID))
	b.ReportAllocs()
	for b.Loop() {
		x.visit(b, q, 1, 0, func(_ int, batch *column.Batch) int { return batch.Len() })
	}
}

func (x *bench) visit(b *testing.B, q storage.Query, workers, want int, count func(worker int, batch *column.Batch) int) {
	counts := make([]int, workers)
	if _, err := x.Visit(context.Background(), q, workers, func(w int, batch *column.Batch) error {
		counts[w] += count(w, batch)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for _, n := range counts {
		want -= n
	}
	if want != 0 {
		b.Fatal("missing", want)
	}
}
