package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// pageColumns is how many pages a block has: messages and the four columns of the ids.
const pageColumns = 5

// countReads counts the reads of files from now on.
func (s *Store) countReads() *atomic.Int64 {
	reads := new(atomic.Int64)
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpReadAt {
			reads.Add(1)
		}
		return nil
	})
	return reads
}

// long makes a stream of n events in one segment of blocks of about 100 events, among others.
func long(t *testing.T, n int, o storage.Options) *Store {
	o.Manual, o.Segment = true, segment.Options{BlockBytes: 10_000}
	s := New(t, o)
	for _, name := range []string{"a", "b", "c"} {
		for i := 0; i < n; i += 500 {
			var events []logs.Event
			for j := range 500 {
				events = append(events, event(int64(i+j), strings.Repeat(name, 100)))
			}
			if _, err := s.Append("app", name, events...); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// A page costs the same wherever in a stream it is, and the last events take two blocks: each page of theirs is read once,
// and not again by who asks for the same.
func TestPageReads(t *testing.T) {
	s := long(t, 20_000, storage.Options{})
	stream, err := s.Stream("app", "b")
	if err != nil {
		t.Fatal(err)
	}
	q := storage.Query{Streams: []logs.StreamID{stream.ID}, Range: logs.AllTime}
	s.page("app", q, logs.MinEventID(10), 1, 1) // opens the file
	reads := s.countReads()
	page := func(q storage.Query, behind logs.EventID) int64 {
		reads.Store(0)
		if got := s.page("app", q, behind, 100, 100); len(got) != 100 {
			t.Fatalf("%d events", len(got))
		}
		return reads.Load()
	}
	for _, ms := range []int64{700, 9_950, 17_350} {
		if n := page(q, logs.MinEventID(ms)); n == 0 || n > 3*pageColumns { // one block may turn out to end before
			t.Errorf("a page behind %d took %d reads", ms, n)
		}
		if n := page(q, logs.MinEventID(ms)); n != 0 {
			t.Errorf("the same page behind %d took %d reads", ms, n)
		}
	}
	q.Reverse = true
	if n := page(q, logs.EventID{}); n == 0 || n > 2*pageColumns {
		t.Errorf("the last page took %d reads", n)
	}
	if n := page(q, logs.EventID{}); n != 0 {
		t.Errorf("the last page again took %d reads", n)
	}
}

// A search of everything, a scan without a limit and a visit leave what pages keep alone.
func TestSearchKeepsPages(t *testing.T) {
	s := long(t, 20_000, storage.Options{PageBytes: 1 << 20})
	stream, err := s.Stream("app", "b")
	if err != nil {
		t.Fatal(err)
	}
	q := storage.Query{Streams: []logs.StreamID{stream.ID}, Range: logs.AllTime}
	reads := s.countReads()
	s.page("app", q, logs.MinEventID(10), 100, 100)
	for _, all := range []storage.Query{
		{Range: logs.AllTime, Match: func([]byte) bool { return false }},
		{Range: logs.AllTime},
	} {
		if _, err := s.Scan("app", all); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Visit("app", all, 2); err != nil {
			t.Fatal(err)
		}
	}
	reads.Store(0)
	if s.page("app", q, logs.MinEventID(10), 100, 100); reads.Load() != 0 {
		t.Errorf("%d reads: the page is not there any more", reads.Load())
	}
}

// Times alone are one page a block.
func TestTimesAreOnePage(t *testing.T) {
	s := long(t, 5_000, storage.Options{})
	s.page("app", storage.Query{Range: logs.AllTime}, logs.EventID{}, 1, 1)
	reads := s.countReads()
	g := s.Group("app")
	stats, err := s.Engine.Visit(context.Background(), storage.Query{Group: g.ID, Range: logs.TimeRange{Start: 7, End: 4_444}, Columns: column.Time}, 2, func(_ int, b *column.Batch) error {
		if len(b.Message)+len(b.ID)+len(b.Stream) > 0 || len(b.Time) != b.Len() {
			return errors.New("more than was asked for")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if reads.Load() > stats.Blocks+3 || stats.Events != 3*(4_444-7) {
		t.Errorf("%d reads, %+v", reads.Load(), stats)
	}
}

// A visit ends with the first error, of whom it calls or of the disk, and with its context, and lets go of what it held.
func TestVisitEnds(t *testing.T) {
	s := long(t, 5_000, storage.Options{MaxOpenSegments: 1})
	if _, err := s.Append("app", "d", event(1, "in the head")); err != nil {
		t.Fatal(err)
	}
	q := storage.Query{Group: s.Group("app").ID, Range: logs.AllTime}
	stop := errors.New("enough")
	for _, workers := range []int{0, 1, 3} {
		var calls atomic.Int64
		if _, err := s.Engine.Visit(context.Background(), q, workers, func(int, *column.Batch) error {
			calls.Add(1)
			return stop
		}); !errors.Is(err, stop) || calls.Load() > int64(max(workers, 1)) {
			t.Errorf("%d workers: %v after %d calls", workers, err, calls.Load())
		}
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := s.Engine.Visit(ctx, q, workers, func(int, *column.Batch) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: cancelled: %v", workers, err)
		}
		broken := errors.New("disk")
		var reads atomic.Int64
		s.Power.SetFault(func(op vfs.Op) error {
			if op.Kind == vfs.OpReadAt && reads.Add(1) == 20 {
				return broken
			}
			return nil
		})
		if _, err := s.Engine.Visit(context.Background(), q, workers, func(int, *column.Batch) error { return nil }); !errors.Is(err, broken) {
			t.Errorf("%d workers: fault: %v", workers, err)
		}
		s.Power.SetFault(nil)
	}
	if err := errors.Join(s.DeleteGroup("app"), s.Engine.Reclaim(context.Background())); err != nil {
		t.Fatal(err)
	}
	if left := s.Files("segments"); len(left) != 0 {
		t.Errorf("a visit still holds %v", left)
	}
}

// Visits and searches see what was acknowledged before, once, while events come and heads are flushed and merged.
func TestVisitWhileWriting(t *testing.T) {
	s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 200}, ScanWorkers: 3})
	ctx, g := context.Background(), s.Group("app")
	var written atomic.Int64
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 200 {
			if _, err := s.Append("app", fmt.Sprint("s", i%7), event(int64(i), fmt.Sprint("message ", i))); err != nil {
				t.Error(err)
			}
			written.Add(1)
			if i%20 == 19 {
				if err := errors.Join(s.Engine.Flush(ctx), s.Engine.Compact(ctx)); err != nil {
					t.Error(err)
				}
			}
		}
	})
	look := func() {
		least := written.Load()
		var seen atomic.Int64
		q := storage.Query{Group: g.ID, Range: logs.AllTime, Match: func(m []byte) bool { return strings.HasPrefix(string(m), "message") }}
		if _, err := s.Engine.Visit(ctx, q, 3, func(_ int, b *column.Batch) error { seen.Add(int64(b.Len())); return nil }); err != nil || seen.Load() < least {
			t.Errorf("visit: %v, %d events of %d", err, seen.Load(), least)
		}
		all, err := s.Scan("app", q)
		if err != nil || int64(len(all)) < seen.Load() {
			t.Errorf("scan: %v, %d events of %d", err, len(all), seen.Load())
		}
	}
	for written.Load() < 200 && !t.Failed() {
		look()
	}
	writer.Wait()
	look()
}
