package storagetest

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// slowPurge is a catalog in which reclaiming takes until release is closed.
type slowPurge struct {
	catalog.Catalog
	release chan struct{}
}

func (c slowPurge) PurgeStreams(ctx context.Context, limit int) (int, error) {
	select {
	case <-c.release:
	case <-ctx.Done():
	}
	return 0, ctx.Err()
}

// Appends go on however long reclaiming takes.
func TestReclaimHoldsNoAppends(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, c := context.Background(), slowPurge{memory, make(chan struct{})}
	g, err := c.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := storage.Open(ctx, storage.Options{FS: vfs.NewMem(), Dir: "data", Catalog: c, FlushBytes: 2000, MaxFrozen: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for i := range 100 {
		if _, err := e.Append(limited, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(int64(i), "some message")}}); err != nil {
			t.Fatalf("append %d while a reclaim goes on: %v", i, err)
		}
	}
	close(c.release)
}

// A segment that a full disk keeps from being rewritten does not keep an expired one from being removed.
func TestReclaimOnFullDisk(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for _, streams := range [][]string{{"app/a", "app/b"}, {"old/a"}} {
		for _, name := range streams {
			group, stream, _ := strings.Cut(name, "/")
			if _, err := s.Append(group, stream, event(1, "x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.DeleteStream("app", "a"), s.DeleteGroup("old")); err != nil {
		t.Fatal(err)
	}
	s.Power.SetFault(func(op vfs.Op) error {
		if op.Kind == vfs.OpCreate {
			return vfs.ErrNoSpace
		}
		return nil
	})
	if err := s.Engine.Reclaim(context.Background()); !errors.Is(err, vfs.ErrNoSpace) {
		t.Errorf("reclaim on a full disk: %v", err)
	}
	if files := s.Files("segments"); len(files) != 1 {
		t.Errorf("files: %v, want the one that cannot be rewritten", files)
	}
	if got := s.scanID(s.Group("app").ID); len(got) != 1 {
		t.Errorf("scan: %v", got)
	}
	s.Power.SetFault(nil)
	if err := s.Engine.Reclaim(context.Background()); err != nil || s.Engine.Stats().Deleted != 0 {
		t.Errorf("reclaim with room: %v, %d still remembered", err, s.Engine.Stats().Deleted)
	}
}

// What no flush could write or no replay could read is refused, and the store goes on.
func TestAppendRefuses(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	stream, err := s.Stream("app", "a")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		ingestion int64
		event     logs.Event
		want      error
	}{
		{"a time outside AllTime", 1, event(math.MaxInt64, "x"), head.ErrTime},
		{"a negative time", 1, event(-1, "x"), head.ErrUnordered},
		{"a clock before 1970", -1, event(1, "x"), head.ErrTime},
		{"a message too long for a segment", 1, logs.Event{Timestamp: 1, Message: make([]byte, segment.MaxMessage+1)}, segment.ErrMessage},
		{"the last time", 1, event(math.MaxInt64-1, "last"), nil},
		{"the first time", 1, event(0, "first"), nil},
		{"the longest message", 1, logs.Event{Timestamp: 1, Message: make([]byte, segment.MaxMessage)}, nil},
	}
	for _, test := range tests {
		_, err := s.Engine.Append(context.Background(), storage.Batch{Group: stream.Group, Stream: stream, Ingestion: test.ingestion, Events: []logs.Event{test.event}})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	for _, restart := range []func() error{func() error { s.Crash(vfs.Crash{Unsynced: vfs.Lost}); s.Open(); return nil }, s.Reopen} {
		if err := restart(); err != nil {
			t.Fatal(err)
		}
		for _, reverse := range []bool{false, true} {
			got, err := s.Scan("app", storage.Query{Range: logs.AllTime, Reverse: reverse})
			if err != nil || len(got) != 3 || len(got[1].Message) != segment.MaxMessage {
				t.Errorf("reverse %v: %d events, %v", reverse, len(got), err)
			}
		}
		if stream, err := s.Stream("app", "a"); err != nil || stream.Stats.Events != 3 || stream.Stats.LastEvent != math.MaxInt64-1 || stream.Stats.FirstEvent != 0 {
			t.Errorf("%+v, %v", stream.Stats, err)
		}
	}
}

// Events do not stay in the head alone for long because the clock was set back.
func TestFlushAgeWithClockSetBack(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx := context.Background()
	g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var clock atomic.Int64
	clock.Store(10_000_000)
	e, err := storage.Open(ctx, storage.Options{
		FS: vfs.NewMem(), Dir: "data", Catalog: memory, FlushAge: 8 * time.Millisecond,
		Now: func() time.Time { return time.UnixMilli(clock.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(1, "x")}}); err != nil {
		t.Fatal(err)
	}
	clock.Store(1_000_000)
	for deadline := time.Now().Add(10 * time.Second); e.Stats().Flushes == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no flush")
		}
	}
}

// duringFlush is a catalog that calls do once while a flush writes its segment.
type duringFlush struct {
	catalog.Catalog
	do func()
}

func (c *duringFlush) GroupByID(ctx context.Context, id logs.GroupID) (catalog.Group, error) {
	if do := c.do; do != nil {
		c.do = nil
		do()
	}
	return c.Catalog.GroupByID(ctx, id)
}

// With SyncInterval a crash of the machine loses events; statistics count none that are lost.
func TestIntervalStatistics(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx, c, disk := context.Background(), &duringFlush{Catalog: memory}, vfs.NewMem()
	g, err := c.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: "app", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var e *storage.Engine
	open := func() {
		t.Helper()
		if e, err = storage.Open(ctx, storage.Options{
			FS: disk, Dir: "data", Catalog: c, Manual: true,
			WAL: wal.Options{Sync: wal.SyncInterval, Interval: time.Hour},
		}); err != nil {
			t.Fatal(err)
		}
	}
	open()
	stream, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(ms int64) {
		if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(ms, "x")}}); err != nil {
			t.Error(err)
		}
	}
	put(1)
	c.do = func() { put(2) }
	if err := e.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	disk = disk.CrashClone(vfs.Crash{Unsynced: vfs.Lost})
	open()
	defer e.Close()
	s := &Store{T: t, Engine: e}
	got, err := e.Stream(ctx, g.ID, "a")
	if n := len(s.scanID(g.ID)); err != nil || got.Stats.Events != int64(n) {
		t.Errorf("%d events, statistics %+v, %v", n, got.Stats, err)
	}
}

type slowRemove struct {
	vfs.FS
	wait func(name string)
}

func (d slowRemove) Remove(name string) error {
	d.wait(name)
	return d.FS.Remove(name)
}

// A disk that takes its time to remove a segment's file holds up neither appends nor scans.
func TestSlowRemoval(t *testing.T) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	ctx := context.Background()
	var groups []catalog.Group
	for _, name := range []string{"app", "old"} {
		g, err := memory.CreateGroup(ctx, catalog.Group{Scope: Scope, Name: name, Class: "STANDARD"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g)
	}
	removing, goOn := make(chan bool), make(chan bool)
	disk := slowRemove{vfs.NewMem(), func(name string) {
		if strings.HasSuffix(name, ".parquet") {
			removing <- true
			<-goOn
		}
	}}
	e, err := storage.Open(ctx, storage.Options{FS: disk, Dir: "data", Catalog: memory, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	put := func(g catalog.Group) error {
		stream, err := e.Stream(ctx, g.ID, "a")
		if errors.Is(err, catalog.ErrNotFound) {
			stream, err = e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "a"})
		}
		if err != nil {
			return err
		}
		_, err = e.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: 1, Events: []logs.Event{event(1, "x")}})
		return err
	}
	if err := errors.Join(put(groups[1]), e.Flush(ctx), put(groups[0]), e.Flush(ctx), e.DeleteGroup(ctx, groups[1].ID)); err != nil {
		t.Fatal(err)
	}
	reclaimed := make(chan error)
	go func() { reclaimed <- e.Reclaim(ctx) }()
	<-removing
	others := make(chan int)
	go func() {
		err := put(groups[0])
		if err != nil {
			t.Error(err)
		}
		others <- len((&Store{T: t, Engine: e}).scanID(groups[0].ID))
	}()
	select {
	case n := <-others:
		if n != 2 {
			t.Errorf("%d events, want 2", n)
		}
	case <-time.After(10 * time.Second):
		t.Error("an append or a scan waits for the removal of a file")
	}
	goOn <- true
	if err := <-reclaimed; err != nil {
		t.Error(err)
	}
}
