package wal

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"tailrace/internal/vfs"
)

// benchDir is a directory on the disk that the repository is on: the one for temporary files may be in memory.
func benchDir(b *testing.B) string {
	dir := "../../../.tmp" // ignored by git
	if err := os.MkdirAll(dir, 0o750); err != nil {
		b.Fatal(err)
	}
	dir, err := os.MkdirTemp(dir, "wal")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func sizeName(n int) string { return fmt.Sprintf("%dKiB", n>>10) }

// BenchmarkAppend measures durable appends on the real disk, by writers at once and payload.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		for _, size := range []int{1 << 10, 32 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("writers=%d/%s", writers, sizeName(size)), func(b *testing.B) { benchAppend(b, writers, size) })
		}
	}
}

func benchAppend(b *testing.B, writers, size int) {
	l, _, err := Open(Options{FS: vfs.OS(), Dir: benchDir(b) + "/wal", Now: time.Now}, 0, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	ctx := b.Context()
	payload := make([]byte, size)
	took := make([][]time.Duration, writers)
	work := make(chan struct{}, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range work {
				start := time.Now()
				seq, err := l.Append(ctx, payload, nil)
				if err != nil {
					b.Error(err)
				}
				if took[w] = append(took[w], time.Since(start)); seq%64 == 0 {
					l.Cut(seq - 1)
				}
			}
		})
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "appends/s")
	b.ReportMetric(float64(len(all))/float64(l.Stats().Syncs), "records/sync")
}

// BenchmarkReplay measures the start after a crash, from files that the system has in memory.
func BenchmarkReplay(b *testing.B) {
	for _, size := range []int{1 << 10, 32 << 10, 1 << 20} {
		b.Run(sizeName(size), func(b *testing.B) {
			o := Options{FS: vfs.OS(), Dir: benchDir(b) + "/wal", Now: time.Now, Sync: SyncInterval, Interval: time.Hour}
			l, _, err := Open(o, 0, nil)
			if err != nil {
				b.Fatal(err)
			}
			const total = 128 << 20
			payload := make([]byte, size)
			for range total / size {
				if _, err := l.Append(b.Context(), payload, nil); err != nil {
					b.Fatal(err)
				}
			}
			l.Close()
			b.SetBytes(total)
			b.ReportAllocs()
			for b.Loop() {
				l, rec, err := Open(o, 0, func(uint64, []byte) error { return nil })
				if err != nil || rec.Bytes != total {
					b.Fatal(err, rec)
				}
				l.Close()
			}
		})
	}
}

// BenchmarkResync measures the search for the next record behind damage.
func BenchmarkResync(b *testing.B) {
	fs := vfs.NewMem()
	writeFile(b, fs, "x", make([]byte, 32<<20))
	f, _ := fs.Open("x")
	r := reader{f: f, size: 32 << 20, salt: 1}
	b.SetBytes(r.size)
	for b.Loop() {
		r.find(0, 1, 1000)
	}
}
