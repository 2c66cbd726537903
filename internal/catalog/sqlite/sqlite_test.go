package sqlite

import (
	"path/filepath"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/catalogtest"
)

func openFile(t testing.TB, file string, o Options) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openMemory(t testing.TB) *Catalog {
	t.Helper()
	c, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFileConforms(t *testing.T) {
	catalogtest.Run(t, func(t *testing.T) catalog.Catalog {
		return openFile(t, filepath.Join(t.TempDir(), "catalog.db"), Options{})
	})
}
