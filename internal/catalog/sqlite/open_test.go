package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
)

func TestReopen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "odd name?%41#.db")
	c := openFile(t, file, Options{})
	g, err := c.CreateGroup(t.Context(), catalog.Group{Name: "g", RetentionDays: 3}, map[string]string{"a": "b"})
	if err != nil {
		t.Fatal(err)
	}
	segment, err := c.NextSegment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v, %v", info, err)
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is there after Close: %v", err)
	}
	c = openFile(t, file, Options{Check: true})
	defer c.Close()
	if got, err := c.GroupByID(t.Context(), g.ID); err != nil || got != g {
		t.Errorf("group = %+v, %v, want %+v", got, err, g)
	}
	if next, err := c.NextSegment(t.Context()); err != nil || next <= segment {
		t.Errorf("NextSegment = %d, %v, after %d before", next, err, segment)
	}
}

// TestAnsweredIsDurable copies the files of a catalog that is in use, as a crash leaves them, once with everything that
// was answered and then with the log cut at many places: what was answered is there, and whatever is there is whole.
func TestAnsweredIsDurable(t *testing.T) {
	dir := t.TempDir()
	c := openFile(t, filepath.Join(dir, "catalog.db"), Options{})
	defer c.Close()
	const n = 30
	for i := range n {
		if _, err := c.CreateGroup(t.Context(), catalog.Group{Name: fmt.Sprintf("g%02d", i)}, map[string]string{"k": "v"}); err != nil {
			t.Fatal(err)
		}
	}
	database, err := os.ReadFile(filepath.Join(dir, "catalog.db"))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(dir, "catalog.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	last := n
	for size := len(log); size > 0; size -= len(log)/23 + 1 {
		got := groupsAfterCrash(t, database, log[:size])
		if size == len(log) && got != n || got > last {
			t.Errorf("log of %d bytes of %d: %d groups, %d with a longer one", size, len(log), got, last)
		}
		last = got
	}
}

func groupsAfterCrash(t *testing.T, database, log []byte) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "catalog.db")
	if err := errors.Join(os.WriteFile(file, database, 0o600), os.WriteFile(file+"-wal", log, 0o600)); err != nil {
		t.Fatal(err)
	}
	c := openFile(t, file, Options{Check: true})
	defer c.Close()
	groups, err := c.AllGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range groups {
		tags, err := c.GroupTags(t.Context(), g.ID)
		if err != nil || len(tags) != 1 || g.Name != fmt.Sprintf("g%02d", i) {
			t.Errorf("group %d: %s with %d tags, %v", i, g.Name, len(tags), err)
		}
	}
	return len(groups)
}

func TestDamaged(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "catalog.db")
	c := openFile(t, whole, Options{})
	for i := range 200 {
		if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: fmt.Sprintf("%0100d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"text":            func([]byte) []byte { return []byte(strings.Repeat("no database\n", 1000)) },
		"cut":             func(b []byte) []byte { return b[:len(b)/2] },
		"a page of zeros": func(b []byte) []byte { return append(b[:len(b)-4096], make([]byte, 4096)...) },
		"schema gone":     func(b []byte) []byte { return append(b[:100], make([]byte, len(b)-100)...) },
	} {
		file := filepath.Join(t.TempDir(), "catalog.db")
		if err := os.WriteFile(file, change(bytes.Clone(good)), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Open(t.Context(), file, Options{Check: true})
		if _, ok := errors.AsType[*DamagedError](err); !ok || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			c.Close()
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "catalog.db")
	c := openFile(t, file, Options{})
	if err := c.store.Write(t.Context(), func(ctx context.Context, s sqlcat.Session) error {
		_, err := s.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES (99)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file, Options{}); !errors.Is(err, sqlcat.ErrNewer) || !strings.Contains(err.Error(), "99") {
		t.Errorf("newer schema: %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none", "catalog.db"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

func TestClone(t *testing.T) {
	c := openMemory(t)
	defer c.Close()
	g, err := c.CreateGroup(t.Context(), catalog.Group{Name: "g"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	clone, err := c.Clone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer clone.Close()
	for name, one := range map[string]*Catalog{"first": c, "clone": clone} {
		if _, err := one.CreateStream(t.Context(), catalog.Stream{Group: g.ID, Name: name}); err != nil {
			t.Fatal(err)
		}
		list, err := one.ListStreams(t.Context(), catalog.StreamQuery{Group: g.ID, Limit: 9})
		if err != nil || len(list) != 1 || list[0].Name != name {
			t.Errorf("%s has %+v, %v", name, list, err)
		}
	}
	second, err := clone.Clone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := clone.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Stream(t.Context(), g.ID, "clone"); err != nil {
		t.Errorf("a clone's clone, the clone closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	inFile := openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	defer inFile.Close()
	if _, err := inFile.Clone(t.Context()); err == nil {
		t.Error("a catalog in a file was cloned")
	}
}

// What a start reads in the log that a killed process left is durable before anybody relies on it: a checkpoint has synced
// it, and copied it to the database.
func TestOpenSettlesTheLog(t *testing.T) {
	copyTo := func(dir string, from string, names ...string) string {
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(from, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return filepath.Join(dir, "catalog.db")
	}
	dir := t.TempDir()
	c := openFile(t, filepath.Join(dir, "catalog.db"), Options{})
	defer c.Close()
	g, err := c.CreateGroup(t.Context(), catalog.Group{Name: "g"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	killed := t.TempDir()
	restarted := openFile(t, copyTo(killed, dir, "catalog.db", "catalog.db-wal"), Options{})
	defer restarted.Close()
	alone := openFile(t, copyTo(t.TempDir(), killed, "catalog.db"), Options{})
	defer alone.Close()
	if _, err := alone.GroupByID(t.Context(), g.ID); err != nil {
		t.Errorf("the database without its log: %v", err)
	}
}
