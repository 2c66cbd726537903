package audit

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// store is a store in a directory of the system.
type store struct {
	t       *testing.T
	dir     string
	catalog *sqlite.Catalog
	engine  *storage.Engine
	now     time.Time
}

func openStore(t *testing.T, dir string) *store {
	t.Helper()
	cat, err := sqlite.Open(t.Context(), filepath.Join(dir, storage.CatalogFile), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &store{t: t, dir: dir, catalog: cat, now: time.UnixMilli(1_700_000_000_000)}
	s.engine, err = storage.Open(t.Context(), storage.Options{FS: vfs.OS(), Dir: dir, Catalog: cat, Manual: true, Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *store) close() {
	s.t.Helper()
	if err := s.engine.Close(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.catalog.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// append appends n events, a second apart, to a stream that is made if needed.
func (s *store) append(group, name string, first int64, n int) {
	s.t.Helper()
	scope := logs.Scope{Account: "000000000000", Region: "us-east-1"}
	g, err := s.catalog.Group(s.t.Context(), scope, group)
	if err != nil {
		if g, err = s.catalog.CreateGroup(s.t.Context(), catalog.Group{Scope: scope, Name: group, Class: "STANDARD"}, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	stream, err := s.engine.Stream(s.t.Context(), g.ID, name)
	if err != nil {
		if stream, err = s.engine.CreateStream(s.t.Context(), catalog.Stream{Group: g.ID, Name: name}); err != nil {
			s.t.Fatal(err)
		}
	}
	var events []logs.Event
	for i := range n {
		events = append(events, logs.Event{Timestamp: s.now.UnixMilli() + 1000*(first+int64(i)), Message: fmt.Appendf(nil, "event %d of %s", first+int64(i), name)})
	}
	if _, err := s.engine.Append(s.t.Context(), storage.Batch{Group: g.ID, Stream: stream, Ingestion: s.now.UnixMilli(), Events: events}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) flush() {
	s.t.Helper()
	if err := s.engine.Flush(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// filled is a closed store of three segments, of which two overlap in time, and a copy of its directory as it was before the
// close: with events in the log alone.
func filled(t *testing.T) (closed, killed string) {
	closed, killed = t.TempDir(), t.TempDir()
	s := openStore(t, closed)
	s.append("/g/a", "one", 0, 20)
	s.append("/g/a", "two", 0, 10)
	s.flush()
	s.append("/g/a", "one", 10, 20) // late
	s.append("/g/b", "one", 0, 5)
	s.flush()
	s.append("/g/b", "one", 100, 5)
	if err := os.CopyFS(killed, os.DirFS(closed)); err != nil {
		t.Fatal(err)
	}
	s.close()
	return closed, killed
}

func lines(r *Report) string {
	var b strings.Builder
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s %s: %s\n", p.Kind, p.Object, p.Detail)
		if p.Advice == "" {
			b.WriteString("  no advice\n")
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// TestSound: a store at rest, one that was killed, and one with a server on it are sound, and all events are counted.
func TestSound(t *testing.T) {
	closed, killed := filled(t)
	running := t.TempDir()
	s := openStore(t, running)
	defer s.close()
	s.append("/g", "s", 0, 50)
	s.flush()
	s.append("/g", "s", 50, 10)
	for dir, events := range map[string]int64{closed: 60, killed: 60, running: 60} {
		r, err := Run(t.Context(), dir, Options{})
		if err != nil || !r.Sound() || r.Events != events || len(r.Notes) > 0 {
			t.Errorf("%v, %+v\n%s", err, r, lines(&r))
		}
	}
}

// TestProblems damages a store in one way at a time: what is wrong is told, and nothing else.
func TestProblems(t *testing.T) {
	closed, killed := filled(t)
	first := "segments/0000000000000001.parquet"
	for _, c := range []struct {
		name   string
		killed bool
		change func(t *testing.T, dir string)
		want   string // one of the problems or notes; * stands for anything
		count  int    // of problems; -1: any
	}{
		{name: "a page", change: flipAt(first, 30), want: "segment 0000000000000001.parquet: damaged at byte 4: *", count: 1},
		{name: "a directory", change: flipAt(first, -400), want: "segment 0000000000000001.parquet: damaged at byte *", count: 1},
		{name: "a segment is missing", change: remove(first), want: "segment 0000000000000001.parquet: open *no such file*", count: 1},
		{name: "a segment is short", change: truncate(first, 1000), want: "segment 0000000000000001.parquet: 1000 bytes, want *", count: 1},
		{name: "an unknown segment", change: copyTo(first, "segments/0000000000000099.parquet"), want: "segment 0000000000000099.parquet: the catalog has never given its id*", count: 1},
		{name: "an orphan", change: copyTo(first, "segments/0000000000000003.parquet.tmp"), want: "note: 1 files in segments/ do not count*"},
		{name: "a stranger", change: copyTo(first, "segments/mine"), want: "note: segments/mine: a file that no server made"},
		{name: "a record", killed: true, change: flipAt("wal/0000000001.wal", 8192+30), want: "log wal/0000000001.wal: *are unreadable, missing records: 1", count: 1},
		{name: "a torn tail", killed: true, change: truncate("wal/0000000001.wal", -3), want: "note: wal/0000000001.wal ends with *"},
		{name: "a page of the catalog", change: flipAt("catalog.db", 100), want: "catalog *", count: -1},
		{name: "no catalog at all", change: truncate("catalog.db", 5), want: "catalog *catalog.db: *", count: 1},
		{name: "an event twice", change: twice, want: "event *event * of stream 1 is in *", count: -1},
		{name: "events beyond the flushed position", change: execute("UPDATE counters SET value = 1 WHERE name = 'flushed'"), want: "event 0000000000000001.parquet: stream * has request *, beyond the flushed position 1: *", count: -1},
		{name: "rows of a group", change: execute("UPDATE segment_groups SET events = events + 1 WHERE segment_id = 1"), want: "segment 0000000000000001.parquet: the catalog has other groups, rows, bytes or times of it*", count: 1},
		{name: "statistics", change: count(+1), want: "statistics /g/a two: events are missing: there 10, counted 11", count: 1},
		{name: "too few", change: count(-1), want: "statistics /g/a two: events: there 10, counted 9", count: 1},
		{name: "a catalog of the past", change: forget, want: "statistics stream 1: there are 40 events of it, and the catalog does not know it", count: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, from := t.TempDir(), closed
			if c.killed {
				from = killed
			}
			if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			c.change(t, dir)
			r, err := Run(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := lines(&r)
			if !slices.ContainsFunc(strings.Split(got, "\n"), func(line string) bool { return matches(c.want, line) }) || strings.Contains(got, "no advice") ||
				c.count >= 0 && r.Count != c.count {
				t.Errorf("%d problems, want %d with %s\n%s", r.Count, c.count, c.want, got)
			}
		})
	}
}

func matches(want, line string) bool {
	for i, part := range strings.Split(want, "*") {
		at := strings.Index(line, part)
		if at < 0 || i == 0 && at != 0 {
			return false
		}
		line = line[at+len(part):]
	}
	return true
}

// at is an offset in a file; a negative one counts from the end.
func at(t *testing.T, name string, offset int64) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if offset < 0 {
		return info.Size() + offset
	}
	return offset
}

func flipAt(name string, offset int64) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		name := filepath.Join(dir, name)
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range int64(4) {
			b[at(t, name, offset)+i] ^= 0x55
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func truncate(name string, size int64) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Truncate(filepath.Join(dir, name), at(t, filepath.Join(dir, name), size)); err != nil {
			t.Fatal(err)
		}
	}
}

func copyTo(from, to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		b, err := os.ReadFile(filepath.Join(dir, from))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// withCatalog changes the catalog of a store.
func withCatalog(t *testing.T, dir string, change func(ctx context.Context, c *sqlite.Catalog) error) {
	t.Helper()
	c, err := sqlite.Open(t.Context(), filepath.Join(dir, storage.CatalogFile), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := change(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// twice makes the first segment live under another name once more.
func twice(t *testing.T, dir string) {
	withCatalog(t, dir, func(ctx context.Context, c *sqlite.Catalog) error {
		live, _, err := c.LiveSegments(ctx)
		if err != nil {
			return err
		}
		id, err := c.NextSegment(ctx)
		if err != nil {
			return err
		}
		s := live[0]
		from := s.Object
		s.ID, s.Object = id, fmt.Sprintf("%016d.parquet", id)
		copyTo("segments/"+from, "segments/"+s.Object)(t, dir)
		return c.CommitSegments(ctx, catalog.Commit{Add: []catalog.Segment{s}})
	})
}

// execute changes the catalog as no call of it does.
func execute(statement string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		db, err := sql.Open("sqlite", filepath.Join(dir, storage.CatalogFile))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// count changes how many events the second stream is said to have been given.
func count(by int64) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		withCatalog(t, dir, func(ctx context.Context, c *sqlite.Catalog) error {
			s, err := c.StreamByID(ctx, 2)
			if err != nil {
				return err
			}
			s.Stats.Events += by
			return c.UpdateStreams(ctx, []catalog.StreamUpdate{{ID: 2, Stats: s.Stats}})
		})
	}
}

// forget takes a stream out of the catalog and out of the list of those that were deleted.
func forget(t *testing.T, dir string) {
	withCatalog(t, dir, func(ctx context.Context, c *sqlite.Catalog) error {
		if err := c.DeleteStream(ctx, 1); err != nil {
			return err
		}
		return c.ForgetDropped(ctx, []logs.StreamID{1})
	})
}

// TestExpired: events that expired, and those of deleted streams, are no loss.
func TestExpired(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	s.append("/g", "old", 0, 10)
	s.append("/g", "both", 0, 10)
	s.flush()
	s.append("/g", "both", 5*86400, 10)
	s.append("/g", "gone", 5*86400, 10)
	s.flush()
	g, err := s.catalog.Group(t.Context(), logs.Scope{Account: "000000000000", Region: "us-east-1"}, "/g")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.SetRetention(t.Context(), g.ID, 1); err != nil {
		t.Fatal(err)
	}
	gone, err := s.engine.Stream(t.Context(), g.ID, "gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.engine.DeleteStream(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(5 * 24 * time.Hour)
	if err := s.engine.Reclaim(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.close()
	r, err := Run(t.Context(), dir, Options{})
	if err != nil || !r.Sound() || !strings.Contains(lines(&r), "2 streams hold fewer events than they were given") {
		t.Errorf("%v\n%s", err, lines(&r))
	}
}

// TestBesideWriter checks a store again and again while events are appended, flushed and merged: it is sound at each moment.
func TestBesideWriter(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	defer s.close()
	s.append("/g", "s", 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		for i := int64(1); ctx.Err() == nil; i++ {
			s.append("/g", fmt.Sprint("s", i%7), i, 20)
			if i%3 == 0 {
				s.flush()
			}
			if i%20 == 0 {
				s.now = s.now.Add(time.Hour) // what was left is old enough to be merged
				if err := s.engine.Compact(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
	})
	last := int64(0)
	for round := 0; round < 15 || s.engine.Stats().Merges == 0 || last < 1000; round++ {
		if round == 1000 {
			t.Fatalf("%d merges, %d events: the test shows little", s.engine.Stats().Merges, last)
		}
		r, err := Run(t.Context(), dir, Options{})
		if err != nil || !r.Sound() {
			t.Fatalf("%v\n%s", err, lines(&r))
		}
		if r.Events < last {
			t.Errorf("%d events after %d", r.Events, last)
		}
		last = r.Events
	}
}
