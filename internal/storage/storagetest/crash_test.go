package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// ledger notes what the store answered to each batch of a workload.
type ledger struct {
	acknowledged map[string][]Event // by group/stream
	maybe        map[string][]Event // neither acknowledged nor refused for good
	n            int
}

// workload is a short life with every kind of step: appends, flushes, a deletion and a rewrite.
func workload(s *Store, l *ledger) {
	ctx := context.Background()
	for round := range 3 {
		for _, name := range []string{"app/a", "app/b", "db/c"} {
			l.append(s, name, int64(1000*round))
		}
		if round == 1 {
			l.delete(s, "app/b")
		}
		s.Engine.Flush(ctx)
		l.append(s, "app/a", int64(500))
	}
	s.Engine.Reclaim(ctx)
	l.append(s, "app/b", 9000)
	restart(s, l)
}

// restart stops cleanly, if there still is power, and goes on with it.
func restart(s *Store, l *ledger) {
	if s.Engine.Close() == nil && s.reopenWith(s.Power) == nil {
		l.append(s, "app/a", 700)
	}
}

func (l *ledger) append(s *Store, name string, from int64) {
	group, stream := split(name)
	l.n++
	events := []logs.Event{
		{Timestamp: from, Message: fmt.Appendf(nil, "%d first", l.n)},
		{Timestamp: from + 10, Message: fmt.Appendf(nil, "%d second", l.n)},
	}
	_, err := s.Append(group, stream, events...)
	if err == nil {
		l.acknowledged[name] = append(l.acknowledged[name], stored(stream, events)...)
	} else if errors.Is(err, wal.ErrUncertain) {
		l.maybe[name] = append(l.maybe[name], stored(stream, events)...)
	}
}

// stored is what a scan should give of a batch, without what only an acknowledged one knows of its ids.
func stored(stream string, events []logs.Event) []Event {
	var list []Event
	for _, e := range events {
		list = append(list, Event{ID: logs.EventID{Timestamp: e.Timestamp}, Stream: stream, Message: string(e.Message)})
	}
	return list
}

func (l *ledger) delete(s *Store, name string) {
	group, stream := split(name)
	if err := s.DeleteStream(group, stream); err != nil {
		return
	}
	delete(l.acknowledged, name)
	delete(l.maybe, name)
}

func split(name string) (group, stream string) {
	for i := range name {
		if name[i] == '/' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// check holds a reopened store against the ledger: what was acknowledged is there once, what was refused is not, and
// the statistics count what is there.
func (l *ledger) check(s *Store) error {
	for _, name := range []string{"app/a", "app/b", "db/c"} {
		group, stream := split(name)
		got, err := s.stream(group, stream)
		if err != nil {
			return err
		}
		if err := l.checkEvents(name, got); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := s.checkCounts(group, stream, got); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (l *ledger) checkEvents(name string, got []Event) error {
	left := slices.Clone(got)
	take := func(e Event) bool {
		i := slices.Index(left, e)
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
		return i >= 0
	}
	for _, e := range l.acknowledged[name] {
		if !take(e) {
			return fmt.Errorf("acknowledged event %q is missing of %v", e.Message, got)
		}
	}
	for _, e := range l.maybe[name] {
		take(e)
	}
	if len(left) > 0 {
		return fmt.Errorf("events that were refused or deleted, or came twice: %v", left)
	}
	return nil
}

// stream gives a stream's events without what the ledger cannot know of ids; none if there is no such stream.
func (s *Store) stream(group, name string) ([]Event, error) {
	var all []Event
	known, err := s.Engine.Stream(context.Background(), s.Group(group).ID, name)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	got, err := s.Scan(group, storage.Query{Streams: []logs.StreamID{known.ID}, Range: logs.AllTime})
	for _, e := range got {
		all = append(all, Event{ID: logs.EventID{Timestamp: e.ID.Timestamp}, Stream: e.Stream, Message: e.Message})
	}
	return all, err
}

func (s *Store) checkCounts(group, name string, got []Event) error {
	known, err := s.Engine.Stream(context.Background(), s.Group(group).ID, name)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	want := catalog.StreamStats{Events: int64(len(got)), Sequence: known.Stats.Sequence, LastIngestion: known.Stats.LastIngestion}
	for i, e := range got {
		want.Bytes += int64(len(e.Message))
		if i == 0 {
			want.FirstEvent = e.ID.Timestamp
		}
		want.LastEvent = e.ID.Timestamp
	}
	if diff := cmp.Diff(want, known.Stats); diff != "" {
		return fmt.Errorf("statistics (-want +got):\n%s", diff)
	}
	return nil
}

// live runs the workload with so much power, and what a crash leaves of the store is opened again.
func live(t *testing.T, steps int, crash vfs.Crash) (total int, err error) {
	s := New(t, storage.Options{Manual: true, ReclaimShare: 0.01, FlushBytes: 1 << 30})
	defer s.Catalog.Close()
	for _, name := range []string{"app/a", "app/b", "db/c"} {
		group, stream := split(name)
		if _, err := s.Stream(group, stream); err != nil {
			t.Fatal(err)
		}
	}
	if steps >= 0 {
		s.Power.OffAfter(steps)
	}
	before := s.Power.Steps()
	l := &ledger{acknowledged: map[string][]Event{}, maybe: map[string][]Event{}}
	workload(s, l)
	total = s.Power.Steps() - before
	s.Crash(crash)
	if err := s.TryOpen(); err != nil {
		return total, fmt.Errorf("open: %w", err)
	}
	defer s.Kill()
	if damaged := s.Engine.Stats().Damaged; len(damaged) > 0 {
		return total, fmt.Errorf("damage after a crash: %v", damaged)
	}
	if err := l.check(s); err != nil {
		return total, err
	}
	// It goes on, and a second crash in the middle of nothing changes nothing.
	l.append(s, "app/a", 12)
	s.Engine.Flush(context.Background())
	s.Crash(vfs.Crash{})
	if err := s.TryOpen(); err != nil {
		return total, fmt.Errorf("open again: %w", err)
	}
	return total, l.check(s)
}

// TestCrashEverywhere cuts the power before each step of a workload and opens what is left of the disk.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	total, err := live(t, -1, vfs.Crash{})
	if err != nil {
		t.Fatal(err)
	}
	if total < 50 {
		t.Fatalf("the workload has %d steps only", total)
	}
	for steps := range total {
		for _, fate := range []vfs.Fate{vfs.Lost, vfs.Kept, vfs.Torn} {
			if _, err := live(t, steps, vfs.Crash{Unsynced: fate, Seed: uint64(steps)}); err != nil {
				t.Errorf("power off after %d of %d steps, unsynced %s: %v", steps, total, fate, err)
			}
		}
	}
}
