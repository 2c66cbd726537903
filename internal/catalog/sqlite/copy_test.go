package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// listing is names and sizes of a directory, without those that SQLite uses as shared memory.
func listing(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(e.Name(), " ", info.Size(), " ", info.ModTime().UnixNano()))
		if filepath.Ext(e.Name()) == ".db-shm" {
			all[len(all)-1] = e.Name()
		}
	}
	return all
}

// TestCopy copies a database in each state in which it can be found: the copy has what was committed, and nothing beside the
// database was made or changed.
func TestCopy(t *testing.T) {
	ctx, scope := t.Context(), logs.Scope{Account: "000000000000", Region: "us-east-1"}
	dir := t.TempDir()
	file := filepath.Join(dir, "catalog.db")
	c, err := Open(ctx, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateGroup(ctx, catalog.Group{Scope: scope, Name: "g"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.CommitSegments(ctx, catalog.Commit{Flushed: 42}); err != nil {
		t.Fatal(err)
	}
	lift := func(suffixes ...string) string {
		to := t.TempDir()
		for _, s := range suffixes {
			if err := copyFile(file+s, filepath.Join(to, "catalog.db"+s)); err != nil {
				t.Fatal(err)
			}
		}
		return to
	}
	killed, without := lift("", "-wal", "-shm"), lift("", "-wal")
	check := func(what, dir string) {
		t.Run(what, func(t *testing.T) {
			before := listing(t, dir)
			file, to := filepath.Join(dir, "catalog.db"), filepath.Join(t.TempDir(), "copy.db")
			if err := Copy(ctx, file, to); err != nil {
				t.Fatal(err)
			}
			if found, err := Check(ctx, file); err != nil || len(found) > 0 {
				t.Errorf("check: %v, %v", found, err)
			}
			if at, err := Flushed(ctx, file); err != nil || at != 42 {
				t.Errorf("flushed %d, %v", at, err)
			}
			if after := listing(t, dir); !slices.Equal(before, after) {
				t.Errorf("the directory was\n%v, is\n%v", before, after)
			}
			copied, err := Open(ctx, to, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer copied.Close()
			if _, err := copied.Group(ctx, scope, "g"); err != nil {
				t.Error(err)
			}
		})
	}
	check("open", dir)
	check("killed", killed)
	check("killed, without shared memory", without)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	check("closed", dir)
}

// TestCheckDamaged: a flipped page is told.
func TestCheckDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "catalog.db")
	c, err := Open(t.Context(), file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		scope := logs.Scope{Account: "000000000000", Region: "us-east-1"}
		if _, err := c.CreateGroup(t.Context(), catalog.Group{Scope: scope, Name: fmt.Sprint("group-", i)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i+100 < len(b); i += 4096 {
		copy(b[i:], make([]byte, 64))
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Check(t.Context(), file)
	if err != nil || len(found) == 0 {
		t.Errorf("found %v, %v", found, err)
	}
}
