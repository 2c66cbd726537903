package storage_test

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// After a start the background has read what tells a search that nothing is there: the search itself does not touch the disk.
func TestWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		var reads atomic.Int64
		files := vfs.Fault(vfs.NewMem(), func(op vfs.Op) error {
			if op.Kind == vfs.OpReadAt && strings.Contains(op.Name, storage.SegmentDir) {
				reads.Add(1)
			}
			return nil
		})
		c, err := sqlite.OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		o := storage.Options{FS: files, Dir: "/data", Catalog: c, ScrubRate: -1, Manual: true}
		x := &bench{Engine: openWith(t, o)}
		if x.group, err = c.CreateGroup(ctx, catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "warm", Class: "STANDARD"}, nil); err != nil {
			t.Fatal(err)
		}
		s, err := x.CreateStream(ctx, catalog.Stream{Group: x.group.ID, Name: "stream"})
		if err != nil {
			t.Fatal(err)
		}
		x.streams = append(x.streams, s)
		for i := range 3 {
			events, _ := lines(2000, int64(i)*1000)
			x.put(t, 0, events)
			if err := x.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		search := func() (n int64) {
			before := reads.Load()
			word := []byte("no such word")
			scan := x.Scan(ctx, storage.Query{
				Group: x.group.ID, Range: logs.AllTime, Required: [][][]byte{{word}},
				Match: func(m []byte) bool { return bytes.Contains(m, word) },
			})
			defer scan.Close()
			if scan.Next() || scan.Err() != nil {
				t.Fatal("found it", scan.Err())
			}
			return reads.Load() - before
		}
		for _, manual := range []bool{true, false} {
			x.Close()
			o.Manual = manual
			x.Engine = openWith(t, o)
			time.Sleep(time.Second)
			synctest.Wait()
			if n := search(); (n == 0) == manual {
				t.Errorf("manual=%v: the first search reads %d times", manual, n)
			}
		}
		x.Close()
	})
}

func openWith(t *testing.T, o storage.Options) *storage.Engine {
	e, err := storage.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
