package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/vfs"
)

// day is a store that lives through a day in which 20 groups of very unequal size write, scaled down: heads, segments and
// shares are an eighth of what they are by default.
type day struct {
	*storage.Engine
	catalog *sqlite.Catalog
	clock   time.Time
	streams []catalog.Stream
	random  *rand.Rand
	merging time.Duration // CPU
}

const dayGroups, dayStreams = 20, 50

func openDay(b testing.TB) *day {
	ctx, dir := context.Background(), b.TempDir()
	c, err := sqlite.Open(ctx, filepath.Join(dir, "catalog.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	d := &day{catalog: c, clock: time.UnixMilli(1_767_225_600_000), random: rand.New(rand.NewPCG(1, 2))}
	d.Engine, err = storage.Open(ctx, storage.Options{
		FS: vfs.OS(), Dir: filepath.Join(dir, "data"), Catalog: c, Manual: true, Now: func() time.Time { return d.clock }, MaxFrozen: 100,
		Compaction: compaction.Options{SegmentBytes: 128 << 20, OwnBytes: 8 << 20, PieceBytes: 8 << 20},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		d.Close()
		c.Close()
	})
	for g := range dayGroups {
		group, err := c.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: fmt.Sprint("group-", g), Class: "STANDARD"}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for i := range dayStreams {
			s, err := d.CreateStream(ctx, catalog.Stream{Group: group.ID, Name: fmt.Sprintf("stream-%04d", i)})
			if err != nil {
				b.Fatal(err)
			}
			d.streams = append(d.streams, s)
		}
	}
	return d
}

// stream chooses one: a group writes about two thirds of what the one before it does.
func (d *day) stream() catalog.Stream {
	g := 0
	for g < dayGroups-1 && d.random.IntN(3) > 0 {
		g++
	}
	return d.streams[g*dayStreams+d.random.IntN(dayStreams)]
}

// cpu is the time that the process had on a processor so far.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func (d *day) settle(b testing.TB) {
	if err := d.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	before := cpu()
	if err := d.Compact(context.Background()); err != nil {
		b.Fatal(err)
	}
	d.merging += cpu() - before
}

// A day's events, with all merges that become due, and what they cost: bytes written per byte of messages (log, flushes and
// merges; the catalog's own are about 0.02), processor seconds of merging a million events, segments in the end.
func BenchmarkDay(b *testing.B) {
	for _, batch := range []int{20, 3000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			for b.Loop() {
				d := openDay(b)
				const total, flushBytes = 400 << 20, 4 << 20
				events, size := lines(3000, 0)
				var head int64
				for sum := int64(0); sum < total; {
					from := d.random.IntN(len(events) - batch + 1)
					some := make([]logs.Event, batch)
					for i, e := range events[from : from+batch] {
						at := d.clock.UnixMilli() - int64(batch-i)*500
						some[i] = logs.Event{Timestamp: at, Message: append(fmt.Appendf(nil, "%d ", d.random.Uint64()), e.Message...)}
					}
					bytes := size * int64(batch) / int64(len(events))
					s := d.stream()
					if _, err := d.Append(context.Background(), storage.Batch{Group: s.Group, Stream: s, Ingestion: d.clock.UnixMilli(), Events: some}); err != nil {
						b.Fatal(err)
					}
					sum += bytes
					d.clock = d.clock.Add(time.Duration(24 * float64(time.Hour) * float64(bytes) / float64(total)))
					if head += bytes; head >= flushBytes {
						d.settle(b)
						head = 0
					}
				}
				d.settle(b)
				during := d.Stats()
				d.clock = d.clock.Add(24 * time.Hour)
				d.settle(b)
				s := d.Stats()
				b.ReportMetric(float64(s.SegmentBytesWritten+int64(s.WAL.Bytes))/float64(s.Bytes), "written/byte")
				b.ReportMetric(float64(s.MergeBytesWritten)/float64(s.SegmentBytesWritten-s.MergeBytesWritten), "merged/flushed")
				b.ReportMetric(d.merging.Seconds()/float64(s.Events)*1e6, "cpu-s/Mevents")
				b.ReportMetric(float64(during.Segments), "segments")
				b.ReportMetric(float64(s.Segments), "segments-settled")
				b.ReportMetric(float64(s.SegmentBytes)/float64(s.Bytes), "disk/byte")
				b.ReportMetric(float64(s.Events), "events")
			}
		})
	}
}
