package storagetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// scrubbed makes a store of n segments.
func scrubbed(t *testing.T, n int, o storage.Options) *Store {
	o.Manual, o.Compaction.SegmentBytes = true, 1 // nothing is merged
	s := New(t, o)
	for i := range n {
		for j := range 20 {
			if _, err := s.Append("g", "s", logs.Event{Timestamp: int64(1000*i + j), Message: fmt.Appendf(nil, "event %d of segment %d", j, i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Engine.Stats().Segments; got != n {
		t.Fatalf("%d segments, want %d", got, n)
	}
	return s
}

// flip damages a byte of a file.
func flip(t *testing.T, s *Store, name string, at int64) {
	t.Helper()
	f, err := s.Disk.OpenReadWrite(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	f.ReadAt(b, at)
	b[0] ^= 0x40
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition on the engine's statistics.
func until(t *testing.T, s *Store, what string, ok func(storage.Stats) bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(s.Engine.Stats()); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: %+v", what, s.Engine.Stats())
		}
	}
}

// TestScrubFindsDamage: a scrub on demand and one in the background report the segment that is damaged, and the one that is gone,
// as other damage is reported; the others are served.
func TestScrubFindsDamage(t *testing.T) {
	s := scrubbed(t, 4, storage.Options{})
	if damaged, err := s.Engine.Scrub(context.Background()); err != nil || len(damaged) > 0 {
		t.Fatalf("a sound store: %v, %v", damaged, err)
	}
	flip(t, s, "data/segments/0000000000000002.parquet", 30)
	if err := s.Disk.Remove("data/segments/0000000000000004.parquet"); err != nil {
		t.Fatal(err)
	}
	want := []string{"0000000000000002.parquet", "0000000000000004.parquet"}
	damaged, err := s.Engine.Scrub(context.Background())
	if err != nil || !slices.Equal(damaged, want) {
		t.Errorf("damaged %v, %v", damaged, err)
	}
	s.Options.Manual = false
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	until(t, s, "scrubbed", func(st storage.Stats) bool { return st.ScrubPasses == 1 })
	st := s.Engine.Stats()
	if st.DamageCount != 2 || st.Damaged[want[0]] == "" || st.Damaged[want[1]] == "" {
		t.Errorf("reported %v", st.Damaged)
	}
	if st.Scrubbed != 4 {
		t.Errorf("%d segments scrubbed", st.Scrubbed)
	}
}

// TestScrubGoesOn starts and stops an engine that has no time for a whole pass: each start goes on where the last one left off,
// and when the pass has come to its end the next waits for its day.
func TestScrubGoesOn(t *testing.T) {
	t.Parallel()
	s := scrubbed(t, 9, storage.Options{ScrubRate: 60_000})
	s.Options.Manual = false
	read, passes := int64(0), int64(0)
	for start := 0; passes == 0; start++ {
		if start == 9 {
			t.Fatal("no pass came to its end")
		}
		if err := s.Reopen(); err != nil {
			t.Fatal(err)
		}
		until(t, s, "two segments scrubbed", func(st storage.Stats) bool { return st.Scrubbed >= 2 || st.ScrubPasses > 0 })
		if err := s.Engine.Close(); err != nil {
			t.Fatal(err)
		}
		st := s.Engine.Stats()
		read, passes = read+st.Scrubbed, st.ScrubPasses
	}
	if read < 9 || read > 9+8 {
		t.Errorf("%d segments were read for a pass over 9", read)
	}
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	if n := s.Engine.Stats().Scrubbed; n != 0 {
		t.Errorf("%d segments scrubbed within the day", n)
	}
	if err := s.Engine.Close(); err != nil {
		t.Fatal(err)
	}
	s.Time = s.Time.Add(25 * time.Hour)
	s.Open()
	until(t, s, "the next day", func(st storage.Stats) bool { return st.Scrubbed >= 1 })
}
