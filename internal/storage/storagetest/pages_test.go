package storagetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// page reads at most n events behind an id, of a scan that is told a larger limit, as one whose pages end by bytes.
func (s *Store) page(group string, q storage.Query, behind logs.EventID, limit, n int) []Event {
	s.T.Helper()
	q.Group, q.Limit = s.Group(group).ID, limit
	if q.Reverse {
		q.Before = behind
	} else {
		q.After = behind
	}
	scan := s.Engine.Scan(context.Background(), q)
	defer scan.Close()
	var all []Event
	for len(all) < n && scan.Next() {
		b := scan.Batch()
		for i := 0; i < b.Len() && len(all) < n; i++ {
			all = append(all, Event{ID: b.ID[i], Stream: b.StreamName[i], Message: string(b.Message[i])})
		}
	}
	if scan.Err() != nil {
		s.T.Fatal(scan.Err())
	}
	return all
}

// The pages of a walk are what one scan gives, however they are cut, in both directions and for any choice of streams,
// from heads and overlapping segments, while streams are deleted and segments are rewritten.
func TestPagesAreTheScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := New(t, storage.Options{
			Manual: true, ReclaimShare: 0.01, Segment: segment.Options{BlockBytes: 60},
			ScanRows: rapid.IntRange(1, 40).Draw(r, "rows"), ScanBytes: rapid.IntRange(1, 300).Draw(r, "bytes"),
			PageBytes: rapid.SampledFrom([]int{1, 2000, 1 << 20}).Draw(r, "page bytes"),
		})
		defer s.Kill()
		for i := range rapid.IntRange(1, 60).Draw(r, "batches") {
			name := fmt.Sprint("s", rapid.IntRange(0, 9).Draw(r, "stream"))
			at := rapid.Int64Range(0, 20).Draw(r, "time")
			if _, err := s.Append("app", name, event(at, fmt.Sprint("message ", i)), event(at+1, "second")); err != nil {
				r.Fatal(err)
			}
			if rapid.IntRange(0, 9).Draw(r, "flush") == 0 {
				if err := s.Engine.Flush(context.Background()); err != nil {
					r.Fatal(err)
				}
			}
		}
		q := storage.Query{Range: logs.AllTime}
		for range 4 {
			q.Reverse = rapid.Bool().Draw(r, "reverse")
			q.StreamPrefix = rapid.SampledFrom([]string{"", "s", "s1", "x"}).Draw(r, "prefix")
			q.Range.Start = rapid.SampledFrom([]int64{0, 0, 5}).Draw(r, "start")
			want, err := s.Scan("app", q)
			if err != nil {
				r.Fatal(err)
			}
			var got []Event
			var last logs.EventID
			for {
				n := rapid.IntRange(1, 12).Draw(r, "n")
				page := s.page("app", q, last, n+rapid.IntRange(0, 12).Draw(r, "more"), n)
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
				last = page[len(page)-1].ID
				if rapid.IntRange(0, 9).Draw(r, "delete") == 0 {
					gone := got[rapid.IntRange(0, len(got)-1).Draw(r, "which")].Stream
					if s.DeleteStream("app", gone) == nil {
						behind := len(got)
						kept := slices.DeleteFunc(slices.Clone(want[behind:]), func(e Event) bool { return e.Stream == gone })
						want = append(want[:behind:behind], kept...)
					}
					if rapid.Bool().Draw(r, "reclaim") {
						if err := s.Engine.Reclaim(context.Background()); err != nil {
							r.Fatal(err)
						}
					}
				}
			}
			if !slices.Equal(got, want) {
				r.Fatalf("pages gave\n%v, the scan\n%v", got, want)
			}
		}
	})
}

// A walk over many streams in order of time reads a segment a few times, not once a page and not once a stream.
func TestPagesReadLittle(t *testing.T) {
	t.Parallel()
	for _, streams := range []int{20, 2000} {
		t.Run(fmt.Sprint(streams, " streams"), func(t *testing.T) { testPagesReadLittle(t, streams) })
	}
}

func testPagesReadLittle(t *testing.T, streams int) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 4000}})
	for i := range 2000 {
		if _, err := s.Append("app", fmt.Sprint("s", i%streams), event(int64(i), strings.Repeat("x", 100))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	reads := 0
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpReadAt {
			reads++
		}
		return nil
	})
	for _, reverse := range []bool{false, true} {
		if _, err := s.Scan("app", storage.Query{Range: logs.AllTime, Reverse: reverse}); err != nil {
			t.Fatal(err)
		}
		once := reads
		if once > 1000 { // the pages, each once or twice
			t.Errorf("reverse %v: one scan of %d streams takes %d reads", reverse, streams, once)
		}
		reads = 0
		pages, last := 0, logs.EventID{}
		for {
			page := s.page("app", storage.Query{Range: logs.AllTime, Reverse: reverse}, last, 51, 20)
			if len(page) == 0 {
				break
			}
			pages++
			last = page[len(page)-1].ID
		}
		if pages != 100 || reads > 5*once {
			t.Errorf("reverse %v: %d pages took %d reads, one scan %d", reverse, pages, reads, once)
		}
		reads = 0
	}
}

// A walk over streams does not come by what one over names of a prefix found, whatever bytes the prefix has: a prefix is a client's.
func TestPagesOfStrangePrefix(t *testing.T) {
	s := New(t, storage.Options{Manual: true, ScanRuns: 1})
	var prefix []byte
	var streams []logs.StreamID
	for _, name := range []string{"a", "b"} {
		if _, err := s.Append("app", name, event(1, name)); err != nil {
			t.Fatal(err)
		}
		stream, err := s.Stream("app", name)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, stream.ID)
		prefix = binary.BigEndian.AppendUint64(prefix, uint64(stream.ID))
	}
	q := storage.Query{Range: logs.AllTime, StreamPrefix: "\x00" + string(prefix)}
	for _, more := range []string{"1", "2"} {
		if _, err := s.Append("app", q.StreamPrefix+more, event(1, "strange")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := s.page("app", q, logs.EventID{}, 10, 10); len(got) != 2 {
		t.Errorf("of a strange prefix: %v", got)
	}
	q = storage.Query{Range: logs.AllTime, Streams: streams}
	if got := s.page("app", q, logs.EventID{}, 10, 10); len(got) != 2 {
		t.Errorf("of two streams: %v", got)
	}
}
