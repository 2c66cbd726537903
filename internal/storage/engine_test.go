package storage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	cat, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer cat.Close()
	fs := vfs.NewMem()
	o := storage.Options{FS: fs, Dir: "data", Catalog: cat}
	e, err := storage.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	g, err := cat.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "1", Region: "r"}, Name: "g", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "s"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(n int) {
		var events []logs.Event
		for i := range n {
			events = append(events, logs.Event{Timestamp: int64(1000 + i), Message: fmt.Appendf(nil, "m %d", i)})
		}
		if _, err := e.Append(ctx, storage.Batch{Group: g.ID, Stream: s, Ingestion: time.Now().UnixMilli(), Events: events}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() int {
		n := 0
		for _, streams := range [][]logs.StreamID{nil, {s.ID}} {
			sc := e.Scan(ctx, storage.Query{Group: g.ID, Streams: streams, Range: logs.AllTime})
			n = 0
			for sc.Next() {
				n += sc.Batch().Len()
			}
			if sc.Err() != nil {
				t.Fatal(sc.Err())
			}
			sc.Close()
		}
		return n
	}
	put(3000)
	if n := count(); n != 3000 {
		t.Fatal(n)
	}
	if err := e.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 3000 {
		t.Fatal(n)
	}
	put(10)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e, err = storage.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if n := count(); n != 3010 {
		t.Fatal(n)
	}
	s, err = e.Stream(ctx, g.ID, "s")
	if err != nil || s.Stats.Events != 3010 {
		t.Fatal(s, err)
	}
	t.Logf("%+v", e.Stats())
}
