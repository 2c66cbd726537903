package sqlcat_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tailrace/internal/catalog/sqlcat"
	_ "tailrace/internal/catalog/sqlite" // the driver
)

func openConn(t *testing.T) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(conn.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func files(texts ...string) fs.FS {
	all := fstest.MapFS{}
	for _, text := range texts {
		name, text, _ := strings.Cut(text, ": ")
		all["schema/"+name+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func version(t *testing.T, s sqlcat.Session) (v int) {
	t.Helper()
	if err := s.QueryRowContext(t.Context(), `SELECT max(version) FROM schema_version`).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	first  = "0001_first: CREATE TABLE t (id {{id}}, name {{bytes}});\n\nINSERT INTO t (name) VALUES ('a');\n"
	second = "0002_second: -- why\nALTER TABLE t ADD COLUMN more BIGINT NOT NULL DEFAULT 7;\n"
)

// TestMigrate: each step runs once, in order, from whatever version a database has.
func TestMigrate(t *testing.T) {
	conn := openConn(t)
	for i, steps := range []fs.FS{files(first), files(first), files(first, second), files(first, second)} {
		if err := sqlcat.MigrateFiles(t.Context(), conn, sqlcat.SQLite, steps); err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
		if got, want := version(t, conn), 1+i/2; got != want {
			t.Errorf("run %d: version %d, want %d", i, got, want)
		}
	}
	var n, more int
	if err := conn.QueryRowContext(t.Context(), `SELECT count(*), sum(more) FROM t`).Scan(&n, &more); err != nil || n != 1 || more != 7 {
		t.Errorf("%d rows, more = %d, %v", n, more, err)
	}
	if err := sqlcat.MigrateFiles(t.Context(), conn, sqlcat.SQLite, files(first)); !errors.Is(err, sqlcat.ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
	for _, wrong := range []string{"0004_gap: SELECT 1;\n", "0003_syntax: CREATE;\n"} {
		err := sqlcat.MigrateFiles(context.Background(), conn, sqlcat.SQLite, files(first, second, wrong))
		if name, _, _ := strings.Cut(wrong, ":"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
