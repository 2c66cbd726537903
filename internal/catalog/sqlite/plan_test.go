package sqlite

import (
	"context"
	"strings"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/catalogtest"
	"tailrace/internal/catalog/sqlcat"
)

// TestMemoryConforms runs the suite, then looks at what it made SQLite prepare: no statement reads all streams, or sorts
// them.
func TestMemoryConforms(t *testing.T) {
	texts := map[string]bool{}
	catalogtest.Run(t, func(t *testing.T) catalog.Catalog {
		c := openMemory(t)
		return &recorded{Catalog: c, texts: texts}
	})
	c := openMemory(t)
	defer c.Close()
	listings := 0
	for text := range texts {
		if !strings.Contains(text, "streams") {
			continue
		}
		plan := explain(t, c, text)
		if strings.Contains(text, "ORDER BY") {
			listings++
		}
		for _, bad := range []string{"SCAN streams", "TEMP B-TREE", "AUTOMATIC"} {
			if strings.Contains(plan, bad) {
				t.Errorf("%s\n%s", text, plan)
			}
		}
	}
	if listings < 8 {
		t.Errorf("%d listings of streams were seen, want 8", listings)
	}
}

// recorded notes the statements that a catalog prepared, when it is closed.
type recorded struct {
	*Catalog
	texts map[string]bool
}

func (r *recorded) Close() error {
	sessions := []*session{r.store.writer.session}
	if r.store.closed {
		return nil
	}
	for range cap(r.store.readers) {
		s := <-r.store.readers
		sessions = append(sessions, s)
		r.store.readers <- s
	}
	for _, s := range sessions {
		for text := range s.prepared {
			r.texts[text] = true
		}
	}
	return r.Catalog.Close()
}

func explain(t *testing.T, c *Catalog, text string) (plan string) {
	t.Helper()
	err := c.store.Read(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
		args := make([]any, strings.Count(text, "$"))
		for i := range args {
			args[i] = 1
		}
		rows, err := s.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan += "  " + detail + "\n"
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(text + "\n" + plan)
	return plan
}
