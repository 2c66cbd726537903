package storage_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// noSegments is a disk that takes no segments, so that a store leaves its log behind when it is closed.
func noSegments(op vfs.Op) error {
	if op.Kind == vfs.OpCreate && strings.HasSuffix(op.Name, ".tmp") {
		return vfs.ErrNoSpace
	}
	return nil
}

// killed is a store that was left with events in its log alone.
func killed(b *testing.B, batches, size, streams int) (o storage.Options, bytes int64) {
	ctx, dir := context.Background(), b.TempDir()
	c, err := sqlite.Open(ctx, filepath.Join(dir, "catalog.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	o = storage.Options{FS: vfs.Fault(vfs.OS(), noSegments), Dir: filepath.Join(dir, "data"), Catalog: c, Manual: true, MaxFrozen: 100}
	x := &bench{Engine: open(b, o)}
	defer x.Close()
	if x.group, err = c.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "bench", Class: "STANDARD"}, nil); err != nil {
		b.Fatal(err)
	}
	for i := range streams {
		s, err := x.CreateStream(ctx, catalog.Stream{Group: x.group.ID, Name: fmt.Sprint("stream-", i)})
		if err != nil {
			b.Fatal(err)
		}
		x.streams = append(x.streams, s)
	}
	for i := range batches {
		events, n := lines(size, int64(i)*1000)
		x.put(b, i%streams, events)
		bytes += n
	}
	return o, bytes
}

func open(b *testing.B, o storage.Options) *storage.Engine {
	e, err := storage.Open(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// A start after a kill: the log is replayed into the head. 300 MB, in large batches and in batches of ten events.
func BenchmarkReplay(b *testing.B) {
	for _, size := range []int{10_000, 10} {
		b.Run(fmt.Sprintf("events=%d", size), func(b *testing.B) {
			o, bytes := killed(b, 900_000/size, size, 100)
			b.SetBytes(bytes)
			for b.Loop() {
				e := open(b, o)
				b.StopTimer()
				if got := e.Stats().Recovery.Events; got != 900_000 {
					b.Fatal(got)
				}
				e.Close()
				b.StartTimer()
			}
		})
	}
}

// A start after a clean stop with 30 segments.
func BenchmarkStart(b *testing.B) {
	x := openBench(b, 100)
	for range 30 {
		for i := range x.streams {
			events, _ := lines(100, 1_700_000_000_000)
			x.put(b, i, events)
		}
		if err := x.Flush(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	o := x.Options()
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		e := open(b, o)
		b.StopTimer()
		if n := e.Stats().Segments; n != 30 {
			b.Fatal(n)
		}
		e.Close()
		b.StartTimer()
	}
}
