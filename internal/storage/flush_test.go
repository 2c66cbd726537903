package storage

import (
	"runtime"
	"testing"
	"weak"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/vfs"
)

// A head that was flushed is garbage.
func TestFlushFreesHead(t *testing.T) {
	c, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e, err := Open(t.Context(), Options{FS: vfs.NewMem(), Dir: "/data", Catalog: c, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	g, err := c.CreateGroup(t.Context(), catalog.Group{Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}, Name: "g", Class: "STANDARD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.CreateStream(t.Context(), catalog.Stream{Group: g.ID, Name: "s"})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := e.Append(t.Context(), Batch{Group: g.ID, Stream: s, Ingestion: 1, Events: []logs.Event{{Timestamp: 1, Message: []byte("m")}}}); err != nil {
			t.Fatal(err)
		}
		flushed := weak.Make(e.active)
		if err := e.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		if flushed.Value() != nil {
			t.Fatal("a flushed head is still held")
		}
	}
}
