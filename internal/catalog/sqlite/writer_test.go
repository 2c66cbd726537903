package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
)

// hold keeps the writer busy until release is called, so that what is written meanwhile waits together.
func hold(t *testing.T, c *Catalog) (release func()) {
	t.Helper()
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- c.store.Write(context.Background(), func(context.Context, sqlcat.Session) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() {
		close(free)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// waitQueued returns when n writes wait.
func waitQueued(c *Catalog, n int) {
	for len(c.store.writer.queue) < n {
		runtime.Gosched()
	}
}

// TestWritesShareACommit: what waits goes into one transaction, and an error of one of them is its own.
func TestWritesShareACommit(t *testing.T) {
	c := openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	defer c.Close()
	const each = 20
	if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: "taken"}); err != nil {
		t.Fatal(err)
	}
	before := c.Stats()
	release := hold(t, c)
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: "taken"}); !errors.Is(err, catalog.ErrExists) {
				t.Errorf("a key that is there: %v", err)
			}
		})
	}
	waitQueued(c, 2*each)
	release()
	all.Wait()
	after := c.Stats()
	if n := after.Commits - before.Commits; n != 2 {
		t.Errorf("%d commits, want 2: the writer that was held, and all others", n)
	}
	if n := after.Writes - before.Writes; n != 2*each+1 {
		t.Errorf("%d writes, want %d", n, 2*each+1)
	}
	keys, err := c.ListKeys(t.Context())
	if err != nil || len(keys) != each+1 {
		t.Errorf("%d keys, %v, want %d", len(keys), err, each+1)
	}
}

// TestRefusedWorkLeavesNothing: a work that fails after it changed something is undone, its neighbours stay.
func TestRefusedWorkLeavesNothing(t *testing.T) {
	c := openMemory(t)
	defer c.Close()
	release := hold(t, c)
	var all sync.WaitGroup
	wrong := errors.New("wrong")
	for i := range 10 {
		all.Go(func() {
			err := c.store.Write(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
				if _, err := s.ExecContext(ctx, `INSERT INTO dropped_groups (id) VALUES ($1)`, i); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return wrong
				case 2:
					_, err := s.ExecContext(ctx, `INSERT INTO dropped_groups (id) VALUES ($1)`, i)
					return err
				}
				return nil
			})
			if (err == nil) != (i%3 == 0) || (i%3 == 1) != errors.Is(err, wrong) || errors.Is(err, catalog.ErrUnavailable) {
				t.Errorf("work %d: %v", i, err)
			}
		})
	}
	waitQueued(c, 10)
	release()
	all.Wait()
	var n, sum int
	if err := c.store.Read(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
		return s.QueryRowContext(ctx, `SELECT count(*), sum(id) FROM dropped_groups`).Scan(&n, &sum)
	}); err != nil || n != 4 || sum != 0+3+6+9 {
		t.Errorf("%d rows with sum %d, %v, want 4 with sum 18", n, sum, err)
	}
}

// TestAbandonedWrite: a caller whose context ends while its work waits is answered at once, and the work is not done.
func TestAbandonedWrite(t *testing.T) {
	c := openMemory(t)
	defer c.Close()
	release := hold(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() { answer <- c.CreateKey(ctx, catalog.Key{AccessKeyID: "a"}) }()
	waitQueued(c, 1)
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("CreateKey: %v", err)
	}
	release()
	if _, err := c.Key(t.Context(), "a"); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("Key: %v", err)
	}
}

// TestFullDisk: when there is no room writes are refused with ErrUnavailable and leave nothing, reads go on, and writes
// go on when there is room again.
func TestFullDisk(t *testing.T) {
	c := openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	defer c.Close()
	g, err := c.CreateGroup(t.Context(), catalog.Group{Name: "g"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	setRoom := func(pages int) {
		t.Helper()
		if err := c.store.Write(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
			return s.QueryRowContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&pages)
		}); err != nil {
			t.Fatal(err)
		}
	}
	setRoom(1) // SQLite takes what it has now
	name := func(i int) string { return fmt.Sprintf("%0500d", i) }
	made, refused := 0, 0
	for ; refused < 3; made++ {
		switch _, err := c.CreateStream(t.Context(), catalog.Stream{Group: g.ID, Name: name(made)}); {
		case errors.Is(err, catalog.ErrUnavailable):
			refused++
			made--
		case err != nil:
			t.Fatal(err)
		}
	}
	list, err := c.ListStreams(t.Context(), catalog.StreamQuery{Group: g.ID, Limit: 1000})
	if err != nil || len(list) != made {
		t.Errorf("full: %d streams, %v, want %d", len(list), err, made)
	}
	setRoom(1 << 20)
	if _, err := c.CreateStream(t.Context(), catalog.Stream{Group: g.ID, Name: name(made)}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
