package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// crowd is readers of all kinds over a store that changes. Every message names its stream, so what is mixed up is seen.
type crowd struct {
	t     *testing.T
	e     *storage.Engine
	group logs.GroupID
	done  atomic.Bool
	reads atomic.Int64
	wg    sync.WaitGroup
}

func (c *crowd) run(what string, do func(ctx context.Context, round int) error) {
	c.wg.Go(func() {
		for round := 0; !c.done.Load(); round++ {
			ctx, cancel := context.WithCancel(context.Background())
			if round%7 == 6 {
				time.AfterFunc(time.Duration(round%5)*time.Millisecond/2, cancel)
			}
			err := do(ctx, round)
			cancel()
			if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, catalog.ErrNotFound) && !c.done.Load() {
				c.t.Errorf("%s: %v", what, err)
				return
			}
			c.reads.Add(1)
		}
	})
}

// check looks at a batch.
func (c *crowd) check(b *column.Batch, fields bool) error {
	for i := range b.ID {
		name, _, _ := strings.Cut(strings.TrimPrefix(string(b.Message[i]), `{"s":"`), `"`)
		if name != b.StreamName[i] {
			return fmt.Errorf("stream %s has the message %q", b.StreamName[i], b.Message[i])
		}
		if fields {
			if v := b.Fields[0].Value(i); v.Kind != leaf.Text || string(v.Text) != name {
				return fmt.Errorf("field of %q is %q", b.Message[i], v.Text)
			}
		}
	}
	return nil
}

func (c *crowd) scan(ctx context.Context, q storage.Query, most int) error {
	q.Group, q.Range = c.group, logs.AllTime
	scan := c.e.Scan(ctx, q)
	var kept column.Batch
	for n := 0; n != most && scan.Next(); n++ {
		if err := c.check(scan.Batch(), len(q.Fields) > 0); err != nil {
			scan.Close()
			return err
		}
		for i, m := range scan.Batch().Message {
			kept.Append(scan.Batch().ID[i], scan.Batch().Stream[i], scan.Batch().StreamName[i], m)
		}
	}
	err := scan.Err()
	scan.Close()
	if q.Keep && err == nil {
		err = c.check(&kept, false)
	}
	return err
}

// Readers of all kinds, some of which end early or are cancelled, see whole events of their streams while events come and streams go,
// heads are flushed, segments merged, and the store closed; no goroutine and no file is left.
func TestReadersWhileAllChanges(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, open := context.Background(), new(atomic.Int64)
	small := segment.Options{BlockBytes: 600}
	e, err := storage.Open(ctx, storage.Options{
		FS: handles{FS: vfs.NewMem(), open: open}, Dir: "data", Catalog: memory, Manual: true, MaxOpenSegments: 2, ScanWorkers: 2, ScanRuns: 2, ScanRows: 300,
		PageBytes: 64 << 10, FilterBytes: 8 << 10, FindingBytes: 8 << 10, ListBytes: 4 << 10, Segment: small, Merge: small, Compaction: compaction.Options{FanOut: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, e: e, group: g.ID}
	for w := range 2 {
		c.run("write", func(_ context.Context, round int) error {
			time.Sleep(time.Millisecond) // merges have a chance
			return c.write(w, round)
		})
	}
	changes := new(atomic.Int64)
	c.run("change", func(ctx context.Context, round int) error {
		time.Sleep(2 * time.Millisecond)
		changes.Store(int64(round))
		return errors.Join(e.Flush(ctx), e.Compact(ctx), e.Reclaim(ctx))
	})
	needle := func(m []byte) bool { return strings.Contains(string(m), "w0-1-needle") }
	rare := storage.Query{Match: needle, Required: [][][]byte{{[]byte("w0-1-needle")}}, Name: "needle"}
	c.run("pages", func(ctx context.Context, round int) error {
		return c.scan(ctx, storage.Query{Limit: 1 + round%200, Keep: true, Reverse: round%2 == 0, After: logs.MinEventID(int64(round % 50))}, -1)
	})
	c.run("search", func(ctx context.Context, round int) error {
		q := rare
		q.Keep, q.Reverse, q.MaxBytes = true, round%2 == 0, int64(round%3)*5000
		return c.scan(ctx, q, -1)
	})
	c.run("scan", func(ctx context.Context, round int) error {
		return c.scan(ctx, storage.Query{Fields: []string{"s"}}, round%5-1)
	})
	c.run("prefix", func(ctx context.Context, round int) error {
		return c.scan(ctx, storage.Query{StreamPrefix: "w1", Limit: 100, Keep: true}, -1)
	})
	for _, q := range []storage.Query{{Fields: []string{"s", "n", "none"}}, {Match: needle, Name: "needle", Fields: []string{"s"}}, rare} {
		c.run("visit", func(ctx context.Context, round int) error {
			q := q
			q.Group, q.Range = g.ID, logs.AllTime
			_, err := e.Visit(ctx, q, 1+round%3, func(_ int, b *column.Batch) error { return c.check(b, len(q.Fields) > 0) })
			return err
		})
	}
	c.run("list", func(ctx context.Context, round int) error {
		q := catalog.StreamQuery{Group: g.ID, Limit: 3, Descending: round%2 == 0}
		if round%3 > 0 {
			q.Order = catalog.ByLastEvent
		}
		for epoch := uint64(0); ; {
			page, err := e.ListStreams(ctx, q, epoch)
			if err != nil || page.Next == nil {
				return err
			}
			q.After, epoch = page.Next, page.Epoch
		}
	})
	for end := time.Now().Add(3 * time.Second); (changes.Load() < 5 || c.reads.Load() < 600) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	c.done.Store(true)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	c.wg.Wait()
	if n := open.Load(); n != 0 {
		t.Errorf("%d files are open after the end", n)
	}
	if changes.Load() == 0 || c.reads.Load() < 50 {
		t.Errorf("%d changes, %d reads", changes.Load(), c.reads.Load())
	}
}

// write makes a stream, now and then deletes the one before, and appends to it.
func (c *crowd) write(w, round int) error {
	ctx := context.Background()
	name := fmt.Sprintf("w%d-%d", w, round/4%6)
	s, err := c.e.Stream(ctx, c.group, name)
	if errors.Is(err, catalog.ErrNotFound) {
		s, err = c.e.CreateStream(ctx, catalog.Stream{Group: c.group, Name: name})
	}
	if err != nil {
		return err
	}
	var events []logs.Event
	for i := range 20 {
		text := "filler"
		if i == 10 {
			text = name + "-needle"
		}
		events = append(events, logs.Event{Timestamp: int64(round*20 + i), Message: fmt.Appendf(nil, `{"s":"%s","n":%d,"text":%q}`, name, i, text)})
	}
	if _, err := c.e.Append(ctx, storage.Batch{Group: c.group, Stream: s, Ingestion: int64(round), Events: events}); err != nil {
		return err
	}
	if round%40 == 39 {
		return c.e.DeleteStream(ctx, s)
	}
	return nil
}
