package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
)

// TestLogIsBounded: readers that overlap for ever do not keep SQLite's log from being emptied.
func TestLogIsBounded(t *testing.T) {
	c := openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	defer c.Close()
	log := c.store.writer.log
	log.limit, log.step, log.next = 6<<20, 1<<20, 6<<20
	g, err := c.CreateGroup(t.Context(), catalog.Group{Name: "g"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				if _, err := c.ListStreams(t.Context(), catalog.StreamQuery{Group: g.ID, Limit: 1000}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	largest := int64(0)
	for i := range 300 {
		writeMuch(t, c, i)
		largest = max(largest, c.Stats().LogBytes)
	}
	stop()
	readers.Wait()
	if largest > 8<<20 {
		t.Errorf("the log grew to %d bytes", largest)
	}
}

// writeMuch commits about 100 KiB.
func writeMuch(t *testing.T, c *Catalog, i int) {
	t.Helper()
	text := strings.Repeat("x", 100<<10)
	if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: fmt.Sprint(i), Description: text}); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteKey(t.Context(), fmt.Sprint(i)); err != nil {
		t.Fatal(err)
	}
}

// TestReaderHoldsLog: a reader that stays in the log does not stop the writer, and the log is cut when it is gone.
func TestReaderHoldsLog(t *testing.T) {
	c := openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	defer c.Close()
	log := c.store.writer.log
	log.limit, log.step, log.next = 2<<20, 2<<20, 2<<20
	if err := c.store.Read(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
		rows, err := s.QueryContext(ctx, `SELECT value FROM counters`)
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return rows.Err()
		}
		for i := range 30 {
			writeMuch(t, c, i)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if size := c.Stats().LogBytes; size < 2<<20 {
		t.Fatalf("the log has %d bytes: the reader did not hold it", size)
	}
	for i := range 30 {
		writeMuch(t, c, i)
	}
	if size := c.Stats().LogBytes; size > 4<<20 {
		t.Errorf("the log has still %d bytes", size)
	}
}
