package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tailrace/internal/catalog/sqlcat"
)

// Salvaged is what could be read of a damaged catalog.
type Salvaged struct {
	Rows map[string]int64 // by table
	Lost []string         // tables that could not be read to their end
	// Flushed is the position in the engine's write-ahead log that what was read is as new as; 0: not known.
	Flushed uint64
}

// IsWhole tells whether tables were read to their end.
func (s *Salvaged) IsWhole(tables ...string) bool {
	return !slices.ContainsFunc(tables, func(t string) bool { return slices.Contains(s.Lost, t) })
}

// Salvage makes a new catalog in the file to, in place of what is there, with the rows that can be read of the damaged one in
// the file from, which stays as it is. The live set is not brought over, nor the flushed position: the segments tell of
// them, and an old state of them would be worse than none.
func Salvage(ctx context.Context, from, to string) (*Catalog, Salvaged, error) {
	for _, name := range []string{to, to + "-wal", to + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, Salvaged{}, fmt.Errorf("salvage catalog: %w", err)
		}
	}
	c, err := Open(ctx, to, Options{})
	if err != nil {
		return nil, Salvaged{}, fmt.Errorf("salvage catalog: %w", err)
	}
	s := Salvaged{Rows: map[string]int64{}}
	db, err := openDamaged(from)
	if err == nil {
		defer db.Close()
		db.SetMaxOpenConns(1)
		err = c.store.Write(ctx, func(ctx context.Context, into sqlcat.Session) error { return s.copy(ctx, db, into) })
	}
	if err != nil {
		return nil, s, fmt.Errorf("salvage catalog: %w", errors.Join(err, c.Close()))
	}
	return c, s, nil
}

// openDamaged opens a file that SQLite may refuse to read. A relative path would name a host in a URL.
func openDamaged(file string) (*sql.DB, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file, RawQuery: "mode=ro"}).String())
}

// copy brings all tables over. Its errors are the new catalog's.
func (s *Salvaged) copy(ctx context.Context, from *sql.DB, into sqlcat.Session) error {
	// A state that is not as new as this tells nothing of what was deleted.
	_ = from.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'flushed'`).Scan(&s.Flushed)
	tables, err := tablesOf(ctx, into)
	if err != nil {
		return err
	}
	for _, table := range tables {
		var read, write error
		switch table {
		case "schema_version", "segments", "segment_groups", "sqlite_sequence":
			continue
		case "counters":
			read, write = s.table(ctx, from, into, table, " WHERE name IN ('stream', 'segment')", "REPLACE")
		default:
			read, write = s.table(ctx, from, into, table, "", "IGNORE")
		}
		if write != nil {
			return fmt.Errorf("%s: %w", table, write)
		}
		if read != nil {
			s.Lost = append(s.Lost, table)
		}
	}
	return nil
}

func tablesOf(ctx context.Context, s sqlcat.Session) (names []string, err error) {
	rows, err := s.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func columnsOf(ctx context.Context, s sqlcat.Session, table string) ([]string, error) {
	rows, err := s.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	return columns, errors.Join(err, rows.Err())
}

// table copies the rows that can be read.
func (s *Salvaged) table(ctx context.Context, from *sql.DB, into sqlcat.Session, table, where, conflict string) (read, write error) {
	columns, err := columnsOf(ctx, into, table)
	if err != nil {
		return nil, err
	}
	rows, err := from.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table+where)
	if err != nil {
		return err, nil
	}
	defer rows.Close()
	insert := fmt.Sprintf("INSERT OR %s INTO %s (%s) VALUES (?%s)", conflict, table, strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1))
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err, nil
		}
		if _, err := into.ExecContext(ctx, insert, values...); err != nil {
			return nil, err
		}
		s.Rows[table]++
	}
	return rows.Err(), nil
}

// Replace puts the closed catalog in the file by in the place of the damaged one in file, which is kept in the directory away
// under a name that ends in stamp. If it is interrupted the damaged one is still there: it can be done again.
func Replace(file, by, away, stamp string) error {
	if err := replace(file, by, away, stamp); err != nil {
		return fmt.Errorf("replace catalog %s: %w", file, err)
	}
	return nil
}

func replace(file, by, away, stamp string) error {
	if err := os.MkdirAll(away, 0o700); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal"} {
		err := keep(file+suffix, filepath.Join(away, filepath.Base(file)+"-"+stamp+suffix))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := errors.Join(syncDir(away), syncDir(filepath.Dir(away))); err != nil {
		return err
	}
	// A log that belongs to another database must not be found beside the new one.
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := syncDir(filepath.Dir(file)); err != nil {
		return err
	}
	if err := os.Rename(by, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

// keep copies a file durably, over what an interrupted try left.
func keep(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := copyFile(from, to); err != nil {
		return err
	}
	f, err := os.Open(to)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
