// Package sqlcat is the catalog in SQL: every statement, once, for SQLite and PostgreSQL alike, with $1 placeholders, and
// what differs between them in a Dialect. It opens no database and begins no transaction: a Store does (see
// catalog/sqlite). The tables are described in docs/format/catalog.md; the numbered files under schema/ make them.
//
// Names are compared as bytes, so they are stored as byte strings and no collation has a say. Listings page by key, never
// by offset: a page is one range of one index.
//
// A Catalog is safe for concurrent use if its Store is.
package sqlcat

import (
	"context"
	"database/sql"
	"errors"

	"tailrace/internal/catalog"
)

// Session runs statements on one connection, one at a time. *sql.Conn and *sql.Tx are Sessions; a database that does not
// keep prepared statements by itself wraps one that does.
type Session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Work is what a Store runs: it uses the context and the session that it is given, and keeps neither.
type Work func(ctx context.Context, s Session) error

// Store is a database. Failures of the database come out of it wrapping catalog.ErrUnavailable; errors that the work
// made come out as they are.
type Store interface {
	// Read runs work that only reads and sees what is committed. Statements of one work may see different states.
	Read(ctx context.Context, work Work) error
	// Write runs work as one transaction and returns when it is on stable storage. If Write gives an error, nothing of
	// the work happened. The work's context ends with no caller's.
	Write(ctx context.Context, work Work) error
	// Close ends all use; it waits for work that runs.
	Close() error
}

// Catalog is a catalog.Catalog over a Store whose tables Migrate made.
type Catalog struct {
	store Store
	text  texts
}

var _ catalog.Catalog = (*Catalog)(nil)

// New returns the catalog that is in store.
func New(store Store, d Dialect) *Catalog {
	return &Catalog{store: store, text: newTexts(d)}
}

// Close closes the store.
func (c *Catalog) Close() error { return c.store.Close() }

// texts are the statements that depend on the dialect.
type texts struct {
	listGroups map[groupListing]string
}

func newTexts(d Dialect) texts {
	return texts{listGroups: groupListings(d)}
}

// notFound turns database/sql's word for "no such row" into the catalog's.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.ErrNotFound
	}
	return err
}

// insertOne runs a statement that adds a row unless its key is taken, which is ErrExists.
func insertOne(ctx context.Context, s Session, query string, args ...any) error {
	if err := changeOne(ctx, s, query, args...); !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	return catalog.ErrExists
}

// changeOne runs a statement that changes the one row it names, or gives ErrNotFound.
func changeOne(ctx context.Context, s Session, query string, args ...any) error {
	result, err := s.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return catalog.ErrNotFound
	}
	return err
}

// scanner is what *sql.Row and *sql.Rows have in common.
type scanner interface{ Scan(dest ...any) error }

// collect reads all rows with scan.
func collect[T any](ctx context.Context, s Session, size int, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := s.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make([]T, 0, size)
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
