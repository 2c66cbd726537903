package sqlite

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
	"tailrace/internal/logs"
)

const manyStreams = 1_000_000

// manyName is the name of one of manyStreams streams: a day and a hash, so that neighbours by name were not created one
// after the other.
func manyName(i int) string {
	return fmt.Sprintf("2024/%02d/%02d/[$LATEST]%x", i%12+1, i%28+1, sha256.Sum256(fmt.Append(nil, i)))[:48]
}

// manyLast is the time of its last event; pairs of streams share one.
func manyLast(i int) int64 { return 1_700_000_000_000 + int64(i*7919%manyStreams)/2 }

var many struct {
	once  sync.Once
	c     *Catalog
	group logs.GroupID
	dir   string
}

// openMany gives the catalog with manyStreams streams in one group; it is made once for all benchmarks.
func openMany(b *testing.B) (*Catalog, logs.GroupID) {
	b.Helper()
	many.once.Do(func() {
		var err error
		if many.dir, err = os.MkdirTemp("", "tailrace-bench-"); err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(many.dir, "catalog.db")
		many.group = fill(b, file)
		if many.c, err = Open(context.Background(), file, Options{}); err != nil {
			b.Fatal(err)
		}
	})
	return many.c, many.group
}

func closeMany() {
	if many.c != nil {
		many.c.Close()
		os.RemoveAll(many.dir)
	}
}

// fill makes the file with the group's rows in large transactions, past the group commit, with memory for all of them.
func fill(b *testing.B, file string) logs.GroupID {
	ctx := context.Background()
	c, err := Open(ctx, file, Options{CacheBytes: 2 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	g, err := c.CreateGroup(ctx, catalog.Group{Name: "g"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < manyStreams; from += manyStreams / 4 {
		if err := c.store.Write(ctx, func(ctx context.Context, s sqlcat.Session) error {
			for i := from; i < from+manyStreams/4; i++ {
				if _, err := s.ExecContext(ctx, `INSERT INTO streams (group_id, name, created, first_event, last_event, last_ingestion, events, bytes, sequence, id)
VALUES ($1, $2, $3, $3, $4, $4, 1000, 350000, $5, $5)`, int64(g.ID), []byte(manyName(i)), int64(1_600_000_000_000+i), manyLast(i), int64(i+1)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	return g.ID
}

// timed runs f and reports the median and the 99th percentile beside the mean.
func timed(b *testing.B, f func()) {
	b.Helper()
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		f()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
}

func pageQueries(group logs.GroupID) map[string]func(i int) catalog.StreamQuery {
	after := func(i int) *catalog.StreamCursor {
		return &catalog.StreamCursor{LastEvent: manyLast(i), Name: manyName(i)}
	}
	return map[string]func(int) catalog.StreamQuery{
		"name/first": func(int) catalog.StreamQuery { return catalog.StreamQuery{} },
		"name/deep":  func(i int) catalog.StreamQuery { return catalog.StreamQuery{After: after(i)} },
		"name/deep descending": func(i int) catalog.StreamQuery {
			return catalog.StreamQuery{After: after(i), Descending: true}
		},
		"prefix": func(i int) catalog.StreamQuery { return catalog.StreamQuery{Prefix: manyName(i)[:21]} },
		"prefix/deep": func(i int) catalog.StreamQuery {
			return catalog.StreamQuery{Prefix: manyName(i)[:8], After: after(i)}
		},
		"last event/first": func(int) catalog.StreamQuery { return catalog.StreamQuery{Order: catalog.ByLastEvent} },
		"last event/newest": func(int) catalog.StreamQuery {
			return catalog.StreamQuery{Order: catalog.ByLastEvent, Descending: true}
		},
		"last event/deep": func(i int) catalog.StreamQuery {
			return catalog.StreamQuery{Order: catalog.ByLastEvent, After: after(i)}
		},
		"last event/deep descending": func(i int) catalog.StreamQuery {
			return catalog.StreamQuery{Order: catalog.ByLastEvent, Descending: true, After: after(i)}
		},
	}
}

// BenchmarkListStreams reads pages of 50 in a group of 1,000,000 streams.
func BenchmarkListStreams(b *testing.B) {
	c, group := openMany(b)
	queries := pageQueries(group)
	for name, query := range queries {
		b.Run(name, func(b *testing.B) { benchPage(b, c, group, query) })
	}
	b.Run("while statistics are written", func(b *testing.B) {
		ctx, stop := context.WithCancel(b.Context())
		var writer sync.WaitGroup
		writer.Go(func() {
			for ctx.Err() == nil {
				if err := c.UpdateStreams(b.Context(), someUpdates(256)); err != nil && ctx.Err() == nil {
					b.Error(err)
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
		benchPage(b, c, group, queries["last event/deep descending"])
		stop()
		writer.Wait()
	})
}

func benchPage(b *testing.B, c *Catalog, group logs.GroupID, query func(i int) catalog.StreamQuery) {
	ctx, cancel := context.WithCancel(b.Context()) // as a request has it
	defer cancel()
	timed(b, func() {
		q := query(rand.IntN(manyStreams))
		q.Group, q.Limit = group, 50
		if _, err := c.ListStreams(ctx, q); err != nil {
			b.Fatal(err)
		}
	})
}

func someUpdates(n int) []catalog.StreamUpdate {
	updates := make([]catalog.StreamUpdate, n)
	for i := range updates {
		at := rand.IntN(manyStreams)
		updates[i] = catalog.StreamUpdate{ID: logs.StreamID(at + 1), Stats: catalog.StreamStats{
			FirstEvent: 1, LastEvent: manyLast(at), LastIngestion: 3, Events: rand.Int64N(1000), Bytes: 5, Sequence: 6,
		}}
	}
	return updates
}

// BenchmarkWalk reads all streams of the group in pages of 50.
func BenchmarkWalk(b *testing.B) {
	c, group := openMany(b)
	q := catalog.StreamQuery{Group: group, Limit: 50}
	n := 0
	for b.Loop() { // one page an operation
		page, err := c.ListStreams(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		q.After = nil
		if n += len(page); len(page) > 0 {
			q.After = &catalog.StreamCursor{Name: page[len(page)-1].Name}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "streams/s")
}

// BenchmarkStream finds one of 1,000,000 streams.
func BenchmarkStream(b *testing.B) {
	c, group := openMany(b)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	timed(b, func() {
		if _, err := c.Stream(ctx, group, manyName(rand.IntN(manyStreams))); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkUpdateStreams writes the statistics of 4,096 of 1,000,000 streams: any of them, and the newest.
func BenchmarkUpdateStreams(b *testing.B) {
	c, _ := openMany(b)
	b.Run("any", func(b *testing.B) {
		timed(b, func() {
			updates := someUpdates(4096)
			for i := range updates {
				updates[i].Stats.LastEvent = manyLast(rand.IntN(manyStreams))
			}
			if err := c.UpdateStreams(b.Context(), updates); err != nil {
				b.Fatal(err)
			}
		})
	})
	now := manyLast(manyStreams)
	b.Run("the same streams again", func(b *testing.B) {
		timed(b, func() {
			updates := make([]catalog.StreamUpdate, 4096)
			for i := range updates {
				now++
				updates[i] = catalog.StreamUpdate{ID: logs.StreamID(i + 1), Stats: catalog.StreamStats{FirstEvent: 1, LastEvent: now, Events: now}}
			}
			if err := c.UpdateStreams(b.Context(), updates); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkCommitSegments replaces one segment of 20 groups by another, with the statistics of 1,000 streams.
func BenchmarkCommitSegments(b *testing.B) {
	c, _ := openMany(b)
	var last catalog.SegmentID
	timed(b, func() {
		id, err := c.NextSegment(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		change := catalog.Commit{Add: []catalog.Segment{{ID: id, Object: "segment"}}, Flushed: uint64(id), Streams: someUpdates(1000)}
		for g := range 20 {
			change.Add[0].Groups = append(change.Add[0].Groups, catalog.SegmentGroup{Group: logs.GroupID(g)})
		}
		if last != 0 {
			change.Remove = []catalog.SegmentID{last}
		}
		last = id
		if err := c.CommitSegments(b.Context(), change); err != nil {
			b.Fatal(err)
		}
	})
	if err := c.CommitSegments(b.Context(), catalog.Commit{Remove: []catalog.SegmentID{last}}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCreateStream creates streams durably from 1, 8 and 64 callers at a time, and in memory.
func BenchmarkCreateStream(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			c := openFile(b, filepath.Join(b.TempDir(), "catalog.db"), Options{})
			defer c.Close()
			benchCreate(b, c, callers)
		})
	}
	b.Run("memory", func(b *testing.B) {
		c := openMemory(b)
		defer c.Close()
		benchCreate(b, c, 1)
	})
}

func benchCreate(b *testing.B, c *Catalog, callers int) {
	g, err := c.CreateGroup(b.Context(), catalog.Group{Name: "g"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if _, err := c.CreateStream(b.Context(), catalog.Stream{Group: g.ID, Name: manyName(int(i))}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
	b.ReportMetric(float64(b.N)/float64(c.Stats().Commits), "creates/commit")
}

// BenchmarkListGroups looks for a substring that no name of 100,000 groups has.
func BenchmarkListGroups(b *testing.B) {
	c := openMemory(b)
	defer c.Close()
	for from := range 100 {
		if err := c.store.Write(b.Context(), func(ctx context.Context, s sqlcat.Session) error {
			for i := range 1000 {
				if _, err := s.ExecContext(ctx, `INSERT INTO groups (account, region, name, created, class, retention_days, kms_key_id, deletion_protection)
VALUES ('a', 'r', $1, 0, 'STANDARD', 0, '', 0)`, fmt.Appendf(nil, "/aws/lambda/service-%d-%d", from, i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	scope := logs.Scope{Account: "a", Region: "r"}
	for name, q := range map[string]catalog.GroupQuery{
		"prefix":           {Prefix: "/aws/lambda/service-5"},
		"contains nowhere": {Contains: "needle"},
	} {
		q.Scope, q.Limit = scope, 50
		b.Run(name, func(b *testing.B) {
			timed(b, func() {
				if _, err := c.ListGroups(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}
