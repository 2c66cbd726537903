package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// ledger notes what the store answered to each batch of a workload.
type ledger struct {
	acknowledged map[string][]Event // by group/stream
	maybe        map[string][]Event // neither acknowledged nor refused for good
	n            int
	failed       error // of the restart
	refused      int   // appends one after the other
}

// names are the streams of a workload.
var names = []string{"app/a", "app/b", "db/c", "tmp/x", "old/y"}

// workload is a short life with every kind of step: appends, flushes, deletions, merges, expiry, a rewrite, a restart.
func workload(s *Store, l *ledger) {
	ctx := context.Background()
	for round := range 3 {
		for _, name := range []string{"app/a", "app/b", "db/c"} {
			l.append(s, name, int64(1000*round))
		}
		switch round {
		case 0:
			l.append(s, "tmp/x", 1)
			l.append(s, "old/y", 1)
		case 1:
			l.delete(s, "app/b")
			l.append(s, "app/b", 5) // into a new one
			l.deleteGroup(s, "tmp")
		}
		s.Engine.Flush(ctx)
		l.append(s, "app/a", int64(500))
	}
	s.Engine.Compact(ctx)
	l.delete(s, "db/c")
	l.append(s, "app/b", 9000)
	l.expire(s, "old")
	s.Engine.Reclaim(ctx)
	l.append(s, "app/b", 9001)
	s.Engine.Flush(ctx)
	s.Engine.Compact(ctx)
	restart(s, l)
}

// restart stops cleanly, if there still is power, and goes on with it.
func restart(s *Store, l *ledger) {
	err := s.Engine.Close()
	s.Engine = nil
	if l.failed = errors.Join(err, s.reopenWith(s.Power)); l.failed == nil {
		l.append(s, "app/a", 700)
	}
}

func (l *ledger) append(s *Store, name string, from int64) {
	group, stream := split(name)
	l.n++
	s.Time = s.Time.Add(time.Second) // what waits for a retry is due
	events := []logs.Event{
		{Timestamp: from, Message: fmt.Appendf(nil, "%d first", l.n)},
		{Timestamp: from + 10, Message: fmt.Appendf(nil, "%d second", l.n)},
	}
	_, err := s.Append(group, stream, events...)
	l.refused++
	if err == nil {
		l.refused = 0
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

// delete deletes a stream. An error may hide that it happened.
func (l *ledger) delete(s *Store, name string) {
	group, stream := split(name)
	if s.DeleteStream(group, stream) != nil {
		if _, err := s.Catalog.Stream(context.Background(), s.Group(group).ID, stream); !errors.Is(err, catalog.ErrNotFound) {
			return
		}
	}
	delete(l.acknowledged, name)
	delete(l.maybe, name)
}

func (l *ledger) deleteGroup(s *Store, group string) {
	id := s.Group(group).ID
	if s.DeleteGroup(group) != nil {
		if _, err := s.Catalog.GroupByID(context.Background(), id); !errors.Is(err, catalog.ErrNotFound) {
			return
		}
		delete(s.groups, group)
	}
	for _, name := range names {
		if in, _ := split(name); in == group {
			delete(l.acknowledged, name)
			delete(l.maybe, name)
		}
	}
}

// expire moves the clock to where all events of a group may go.
func (l *ledger) expire(s *Store, group string) {
	if err := s.Catalog.SetRetention(context.Background(), s.Group(group).ID, 1); err != nil {
		s.T.Error(err)
	}
	s.Time = s.Time.Add(2 * day)
	for _, name := range names {
		if in, _ := split(name); in == group {
			l.maybe[name] = append(l.maybe[name], l.acknowledged[name]...)
			delete(l.acknowledged, name)
		}
	}
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
	for _, name := range names {
		group, stream := split(name)
		got, err := s.stream(group, stream)
		if err != nil {
			return err
		}
		if err := l.checkEvents(name, got); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if group == "old" {
			continue // statistics count what expired
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

// failure is what goes wrong in a life: the power goes off after so many steps, or one call fails.
type failure struct {
	steps int // -1: it stays on
	call  int
	way   error // nil: no call fails
	crash vfs.Crash
}

// life is what became of a workload.
type life struct {
	steps int
	first int      // the workload's first call
	calls []string // all until its end
}

// live runs the workload; what a crash leaves of the store is opened again.
func live(t *testing.T, f failure) (done life, err error) {
	s := New(t, storage.Options{
		Manual: true, ReclaimShare: 0.01, FlushBytes: 1 << 30,
		Compaction: compaction.Options{FanOut: 2, Quiet: time.Millisecond}, WAL: wal.Options{FileBytes: 8500},
	})
	defer s.Catalog.Close()
	for _, name := range names {
		group, stream := split(name)
		if _, err := s.Stream(group, stream); err != nil {
			t.Fatal(err)
		}
	}
	if f.steps >= 0 {
		s.Power.OffAfter(f.steps)
	}
	if f.way != nil {
		s.Power.FailAt(f.call, f.way)
	}
	steps, first := s.Power.Steps(), len(s.Power.Calls())
	l := &ledger{acknowledged: map[string][]Event{}, maybe: map[string][]Event{}}
	workload(s, l)
	done = life{s.Power.Steps() - steps, first, s.Power.Calls()}
	if f.way != nil {
		if err := l.checkUsable(s); err != nil {
			return done, err
		}
	}
	s.Crash(f.crash)
	if err := s.TryOpen(); err != nil {
		return done, fmt.Errorf("open: %w", err)
	}
	defer s.Kill()
	if damaged := s.Engine.Stats().Damaged; len(damaged) > 0 {
		return done, fmt.Errorf("damage after a crash: %v", damaged)
	}
	if err := l.check(s); err != nil {
		return done, err
	}
	// It goes on, and a second crash in the middle of nothing changes nothing.
	l.append(s, "app/a", 12)
	s.Engine.Flush(context.Background())
	s.Crash(vfs.Crash{})
	if err := s.TryOpen(); err != nil {
		return done, fmt.Errorf("open again: %w", err)
	}
	return done, l.check(s)
}

// checkUsable tells whether a store in which one call failed goes on by itself, or after a restart if it is that which failed.
func (l *ledger) checkUsable(s *Store) error {
	if l.refused > 1 {
		return fmt.Errorf("the last %d appends were refused", l.refused)
	}
	if l.failed != nil {
		if s.Engine != nil {
			s.Engine.Close()
			s.Engine = nil
		}
		if err := s.reopenWith(s.Power); err != nil {
			return fmt.Errorf("start after a start that failed: %w", err)
		}
	}
	return l.check(s)
}

// everyStep is 1. In a short round, which is for the race detector while lives have few goroutines, it is any number up to 40.
func everyStep() int {
	if testing.Short() {
		return 1 + rand.IntN(40)
	}
	return 1
}

// TestCrashEverywhere cuts the power before each step of a workload and opens what is left of the disk.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	whole, err := live(t, failure{steps: -1})
	if err != nil {
		t.Fatal(err)
	}
	if whole.steps < 100 {
		t.Fatalf("the workload has %d steps only", whole.steps)
	}
	for steps := 0; steps < whole.steps; steps += everyStep() {
		for _, fate := range []vfs.Fate{vfs.Lost, vfs.Kept, vfs.Torn} {
			if int(fate) != steps%3 && !thorough() {
				continue
			}
			if _, err := live(t, failure{steps: steps, crash: vfs.Crash{Unsynced: fate, Seed: uint64(steps)}}); err != nil {
				t.Errorf("power off after %d of %d steps, unsynced %s: %v", steps, whole.steps, fate, err)
			}
		}
	}
}

// TestFailEverywhere makes each call of a workload fail in each way that there is for it. The store goes on, and what a
// crash in the end leaves holds what was acknowledged.
func TestFailEverywhere(t *testing.T) {
	t.Parallel()
	whole, err := live(t, failure{steps: -1})
	if err != nil {
		t.Fatal(err)
	}
	ways := []struct {
		name string
		err  error
		ops  string // the kinds of calls that fail so; empty: all
	}{
		{"EIO", syscall.EIO, ""},
		{"EIO though it happened", vfs.Late(syscall.EIO), "create rename remove mkdir syncdir sync write truncate allocate catalog"},
		{"a full disk", vfs.ErrNoSpace, "create write truncate mkdir"},
		{"a short write", vfs.Short(7, vfs.ErrNoSpace), "write"},
		{"EIO and forgotten", vfs.Forget(syscall.EIO), "sync"},
	}
	for _, way := range ways {
		for call := whole.first; call < len(whole.calls); call += everyStep() {
			kind, _, _ := strings.Cut(whole.calls[call], " ")
			if way.ops != "" && !strings.Contains(way.ops, kind) || kind == "read" && call%16 != 0 && !thorough() {
				continue
			}
			f := failure{steps: -1, call: call, way: way.err, crash: vfs.Crash{Unsynced: vfs.Fate(call % 3), Seed: uint64(call)}}
			if done, err := live(t, f); err != nil {
				t.Errorf("%s in call %d (%s), then a crash, unsynced %s: %v", way.name, call, done.calls[call], f.crash.Unsynced, err)
			}
		}
	}
}
