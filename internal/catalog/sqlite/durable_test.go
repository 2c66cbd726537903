package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"tailrace/internal/catalog/sqlcat"
)

// A commit is on stable storage when it is answered, which no file shows before a power cut: the connection that writes syncs the log at
// each commit, and readers write nothing.
func TestCommitsAreSynced(t *testing.T) {
	c, err := Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ask := func(s sqlcat.Session, pragma string) (n int) {
		if err := s.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	err = c.store.Write(t.Context(), func(_ context.Context, s sqlcat.Session) error {
		if n := ask(s, "synchronous"); n != 2 {
			t.Errorf("synchronous %d, want 2, FULL", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = c.store.Read(t.Context(), func(_ context.Context, s sqlcat.Session) error {
		if ask(s, "query_only") != 1 {
			t.Error("a reader may write")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
