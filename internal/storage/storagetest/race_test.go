package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
)

// An append whose record is with the disk while its stream is deleted, and until all that is remembered of the deletion is
// forgotten, stores nothing and leaves no trace.
func TestAppendOutlivesDeletion(t *testing.T) {
	remove := map[string]func(*Store) error{
		"stream": func(s *Store) error { return s.DeleteStream("app", "a") },
		"group":  func(s *Store) error { return s.DeleteGroup("app") },
	}
	for name, remove := range remove {
		t.Run(name, func(t *testing.T) {
			syncing, goOn := make(chan bool), make(chan bool)
			slow := false
			s := New(t, storage.Options{Manual: true, WAL: wal.Options{OnSync: func(time.Duration, int, int) {
				if slow {
					syncing <- true
					<-goOn
				}
			}}})
			if _, err := s.Append("app", "a", event(1, "before")); err != nil {
				t.Fatal(err)
			}
			stream, err := s.Stream("app", "a")
			if err != nil {
				t.Fatal(err)
			}
			slow = true
			answer := make(chan error)
			go func() {
				_, err := s.Engine.Append(context.Background(), storage.Batch{Group: stream.Group, Stream: stream, Ingestion: 1, Events: []logs.Event{event(2, "late")}})
				answer <- err
			}()
			<-syncing
			slow = false
			if err := remove(s); err != nil {
				t.Fatal(err)
			}
			if err := s.Engine.Reclaim(context.Background()); err != nil {
				t.Fatal(err)
			}
			goOn <- true
			if err := <-answer; !errors.Is(err, catalog.ErrNotFound) {
				t.Errorf("append to what was deleted meanwhile: %v", err)
			}
			for range 2 {
				if got := s.scanID(stream.Group); len(got) != 0 {
					t.Errorf("scan: %q", got)
				}
				if stats := s.Engine.Stats(); stats.DirtyStreams != 0 || stats.HeadEvents != 0 {
					t.Errorf("%d streams with unwritten statistics, %d events in the head", stats.DirtyStreams, stats.HeadEvents)
				}
				if err := s.Reopen(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// scanID gives the messages of a group that may be no more.
func (s *Store) scanID(group logs.GroupID) (all []string) {
	s.T.Helper()
	scan := s.Engine.Scan(context.Background(), storage.Query{Group: group, Range: logs.AllTime})
	defer scan.Close()
	for scan.Next() {
		for _, m := range scan.Batch().Message {
			all = append(all, string(m))
		}
	}
	if scan.Err() != nil {
		s.T.Error(scan.Err())
	}
	return all
}

// What is remembered of a deleted group goes with the last segment that held events of it.
func TestDeletedGroupsAreForgotten(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for range 3 {
		for _, name := range []string{"old", "other"} {
			if _, err := s.Append(name, "a", event(1, "x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteGroup("old"); err != nil {
			t.Fatal(err)
		}
		if n := s.Engine.Stats().Deleted; n != 1 {
			t.Errorf("%d deleted groups and streams are remembered, want 1", n)
		}
		if err := s.Engine.Reclaim(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := s.Engine.Stats().Deleted; n != 0 {
			t.Errorf("%d deleted groups and streams are remembered after their events are gone", n)
		}
	}
}
