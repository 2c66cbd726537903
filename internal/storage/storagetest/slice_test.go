package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// sliced reads all events of a query by scans that may look at so many bytes each.
func (s *Store) sliced(q storage.Query) (all []Event, scans int, scanned int64) {
	s.T.Helper()
	q.Group = s.Group("app").ID
	for {
		scan := s.Engine.Scan(context.Background(), q)
		for scan.Next() {
			b := scan.Batch()
			for i := range b.ID {
				all = append(all, Event{ID: b.ID[i], Stream: b.StreamName[i], Message: string(b.Message[i])})
			}
		}
		scan.Close()
		if scan.Err() != nil {
			s.T.Fatal(scan.Err())
		}
		scans, scanned = scans+1, scanned+scan.Scanned()
		rest := scan.Rest()
		if rest.IsZero() {
			return all, scans, scanned
		}
		if q.Reverse {
			q.Before = rest
		} else {
			q.After = rest
		}
	}
}

// The slices of a scan give what the whole scan gives.
func TestSlicesAreTheScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := New(t, storage.Options{Manual: true, ScanRows: 8})
		defer s.Kill()
		for i := range rapid.IntRange(1, 40).Draw(r, "batches") {
			name := fmt.Sprint("s", rapid.IntRange(0, 5).Draw(r, "stream"))
			at := rapid.SampledFrom([]int64{0, 1, 2, 30, 31, 1_000_000, 1<<63 - 3}).Draw(r, "time")
			if _, err := s.Append("app", name, event(at, fmt.Sprint("message ", i)), event(at+1, "second")); err != nil {
				r.Fatal(err)
			}
			if rapid.IntRange(0, 5).Draw(r, "flush") == 0 {
				if err := s.Engine.Flush(context.Background()); err != nil {
					r.Fatal(err)
				}
			}
		}
		q := storage.Query{Range: logs.AllTime, Reverse: rapid.Bool().Draw(r, "reverse")}
		q.Range.Start = rapid.SampledFrom([]int64{0, 1, 30}).Draw(r, "start")
		q.Range.End = rapid.SampledFrom([]int64{31, 1000, logs.AllTime.End}).Draw(r, "end")
		if rapid.Bool().Draw(r, "match") {
			q.Match = func(m []byte) bool { return string(m) == "second" }
		}
		want, err := s.Scan("app", q)
		if err != nil {
			r.Fatal(err)
		}
		q.MaxBytes = rapid.Int64Range(1, 500).Draw(r, "bytes")
		if got, _, _ := s.sliced(q); !slices.Equal(got, want) {
			r.Fatalf("slices gave\n%v, the scan\n%v", got, want)
		}
	})
}

// Slices come to an end at the greatest time that there is: their lengths grow until times would.
func TestSlicesEndAtTheEndOfTime(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 40}})
		for i := range 40 {
			at := []int64{1<<63 - 1<<52, 1<<63 - 1<<52, 1<<63 - 1_000_000, 1<<63 - 3}[i%4]
			if _, err := s.Append("app", fmt.Sprint("s", i%7), event(at, fmt.Sprint("message ", i)), event(at, "second")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		steps := 0
		s.Power.SetFault(func(vfs.Op) error {
			if steps++; steps > 50_000 {
				return syscall.EIO
			}
			return nil
		})
		for _, bytes := range []int64{1, 100} {
			steps = 0
			q := storage.Query{Range: logs.AllTime, Reverse: reverse, Match: func(m []byte) bool { return string(m) == "second" }, MaxBytes: bytes}
			if got, _, _ := s.sliced(q); len(got) != 40 {
				t.Errorf("reverse %v, %d bytes: %d events of 40", reverse, bytes, len(got))
			}
		}
	}
}

// Slices that look for what is not there get on, however many segments overlap: together they look at each byte about once.
func TestSlicesGetOn(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true})
	total := int64(0)
	for i := range 20 {
		var events []logs.Event
		for ms := range 500 {
			events = append(events, event(int64(ms), strings.Repeat("x", 20)))
			total += 20
		}
		if _, err := s.Append("app", fmt.Sprint("s", i), events...); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for _, reverse := range []bool{false, true} {
		nothing := func([]byte) bool { return false }
		got, scans, scanned := s.sliced(storage.Query{Range: logs.AllTime, Reverse: reverse, Match: nothing, MaxBytes: total / 10})
		if len(got) != 0 || scans < 8 || scans > 20 || scanned > 2*total {
			t.Errorf("reverse %v: %d scans looked at %d bytes of %d", reverse, scans, scanned, total)
		}
	}
}
