package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// An append that waits for room gives up with its context.
func TestAppendWaitsWithContext(t *testing.T) {
	s := New(t, storage.Options{Manual: true, FlushBytes: 1, MaxFrozen: 1})
	for i := range 2 {
		if _, err := s.Append("app", "a", event(int64(i), "x")); err != nil {
			t.Fatal(err)
		}
	}
	stream, err := s.Stream("app", "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	batch := storage.Batch{Group: stream.Group, Stream: stream, Ingestion: 1, Events: []logs.Event{event(2, "x")}}
	if _, err := s.Engine.Append(ctx, batch); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("append to full heads: %v", err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Engine.Append(context.Background(), batch)
		done <- err
	}()
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatalf("append after the flush: %v", err)
	}
}

// What was deleted takes no events, also with what a caller remembers of it.
func TestAppendToDeleted(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for _, name := range []string{"a", "b"} {
		if _, err := s.Append("app", name, event(1, "x")); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := s.Stream("app", "a")
	b, _ := s.Stream("app", "b")
	put := func(stream catalog.Stream) error {
		_, err := s.Engine.Append(context.Background(), storage.Batch{Group: stream.Group, Stream: stream, Ingestion: 1, Events: []logs.Event{event(1, "y")}})
		return err
	}
	if err := s.DeleteStream("app", "a"); err != nil {
		t.Fatal(err)
	}
	if err := put(a); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("append to a deleted stream: %v", err)
	}
	if err := s.DeleteGroup("app"); err != nil {
		t.Fatal(err)
	}
	if err := put(b); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("append to a stream of a deleted group: %v", err)
	}
	s.Crash(vfs.Crash{Unsynced: vfs.Kept})
	s.Open()
	if err := put(b); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("append after a crash: %v", err)
	}
	if n := s.Engine.Stats().HeadEvents; n != 0 {
		t.Errorf("%d events of deleted streams in the head", n)
	}
}

// A closed engine refuses writes; scans that are open read on; nothing is left running.
func TestClose(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := New(t, storage.Options{})
	var events []logs.Event
	for i := range 3000 {
		events = append(events, event(int64(i), fmt.Sprint("message ", i)))
	}
	if _, err := s.Append("app", "a", events...); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	stream, _ := s.Stream("app", "a")
	scan := s.Engine.Scan(context.Background(), storage.Query{Group: stream.Group, Range: logs.AllTime})
	if !scan.Next() {
		t.Fatal(scan.Err())
	}
	n := scan.Batch().Len()
	if err := s.Engine.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	for scan.Next() {
		n += scan.Batch().Len()
	}
	scan.Close()
	if n != 3000 || scan.Err() != nil {
		t.Errorf("scan over Close: %d events, %v", n, scan.Err())
	}
	if _, err := s.Append("app", "a", event(1, "late")); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("append after Close: %v", err)
	}
	s.Catalog.Close()
}

// A scan ends with its context.
func TestScanCancelled(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for i := range 2 {
		if _, err := s.Append("app", "a", event(int64(i), "x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	scan := s.Engine.Scan(ctx, storage.Query{Group: s.Group("app").ID, Range: logs.AllTime})
	defer scan.Close()
	if scan.Next() || !errors.Is(scan.Err(), context.Canceled) {
		t.Errorf("cancelled scan: %v", scan.Err())
	}
}

// A scan sees what was there when it began: a rewrite removes a segment from the live set, but its file stays until the
// scan is closed.
func TestRemovedSegmentStaysReadable(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for _, name := range []string{"a", "b"} {
		if _, err := s.Append("app", name, event(1, "x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	scan := s.Engine.Scan(context.Background(), storage.Query{Group: s.Group("app").ID, Range: logs.AllTime})
	if err := s.DeleteStream("app", "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Reclaim(context.Background()); err != nil {
		t.Fatal(err)
	}
	if files := s.Files("segments"); len(files) != 2 {
		t.Errorf("files while a scan is open: %v", files)
	}
	n := 0
	for scan.Next() {
		n += scan.Batch().Len()
	}
	if scan.Err() != nil || n != 2 {
		t.Errorf("scan: %d events, %v", n, scan.Err())
	}
	scan.Close()
	if files := s.Files("segments"); len(files) != 1 {
		t.Errorf("files after the scan: %v", files)
	}
}

// A group that was deleted stays so over a restart, though its events lie in a segment beside those of others.
func TestDeletedGroupStaysDeleted(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for _, group := range []string{"app", "gone"} {
		if _, err := s.Append(group, "a", event(1, group)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	kept, gone := s.Group("app").ID, s.Group("gone").ID
	if err := s.DeleteGroup("gone"); err != nil {
		t.Fatal(err)
	}
	for _, restart := range []bool{false, true} {
		if restart {
			if err := s.Reopen(); err != nil {
				t.Fatal(err)
			}
		}
		if n, m := len(s.scanID(kept)), len(s.scanID(gone)); n != 1 || m != 0 || s.Engine.Stats().Deleted != 1 {
			t.Errorf("restart %v: %d events, %d deleted ones, %d groups are known to be deleted", restart, n, m, s.Engine.Stats().Deleted)
		}
	}
}
