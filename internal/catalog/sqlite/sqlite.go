// Package sqlite keeps the catalog in a SQLite database: a file in the data directory, or memory for tests. The SQL is
// catalog/sqlcat's; here is how the database is opened, read and written.
//
// One connection writes and a few read. Writes of any number of callers queue for one goroutine, which gathers what waits
// into one transaction, a savepoint each: an error of one leaves the others alone, and one commit, one fsync, answers
// all. The journal is a write-ahead log that is synced at each commit, so what was answered is durable, and readers are
// never held up by the writer. Another process may have the same file open at the same time.
//
// A Catalog is safe for concurrent use.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver registers itself as "sqlite"
	codes "modernc.org/sqlite/lib"

	"tailrace/internal/catalog/sqlcat"
)

// Options say how a database is opened. The zero value is good.
type Options struct {
	// CacheBytes bounds the pages kept in memory, over all connections: half of it the writer's. 0: 32 MiB.
	CacheBytes int64
	// Readers is how many reads run at a time; more of them wait. 0: 4.
	Readers int
	// BusyTimeout is how long a write waits for another process that writes. 0: 5 s.
	BusyTimeout time.Duration
	// Check reads the whole database at open and looks for damage.
	Check bool
}

func (o Options) withDefaults() Options {
	if o.CacheBytes == 0 {
		o.CacheBytes = 32 << 20
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 5 * time.Second
	}
	return o
}

// Catalog is a catalog in a SQLite database.
type Catalog struct {
	*sqlcat.Catalog
	store *store
}

// Open opens the database file, makes it (mode 0600) where there is none, and brings its tables up to date. A file that
// is damaged or no database is a *DamagedError; one that a newer program wrote is sqlcat.ErrNewer.
func Open(ctx context.Context, file string, o Options) (*Catalog, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	c, err := open(ctx, place{file: file, dsn: (&url.URL{Scheme: "file", Path: file}).String()}, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open catalog %s: %w", file, damaged(file, err))
	}
	return c, nil
}

// Stats tells how the database is written.
type Stats struct {
	Writes   int64 // changes that were committed, or refused for a reason of their own, since Open
	Commits  int64 // transactions that they shared
	LogBytes int64 // size of SQLite's write-ahead log now; 0 in memory
}

// Stats returns the figures of now.
func (c *Catalog) Stats() Stats {
	w := c.store.writer
	return Stats{Writes: w.writes.Load(), Commits: w.commits.Load(), LogBytes: w.log.size()}
}

// place is where a database is. A memory database has no file.
type place struct{ file, dsn string }

func (p place) inMemory() bool { return p.file == "" }

func open(ctx context.Context, at place, o Options) (_ *Catalog, err error) {
	db, err := sql.Open("sqlite", at.dsn)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	db.SetMaxOpenConns(o.Readers + 1)
	w, err := openSession(ctx, db, writerPragmas(at, o))
	if err != nil {
		return nil, err
	}
	if err := prepareDatabase(ctx, w, o); err != nil {
		return nil, err
	}
	if err := settle(ctx, w, at); err != nil {
		return nil, err
	}
	s := &store{db: db, readers: make(chan *session, o.Readers), memory: at.inMemory()}
	for range o.Readers {
		r, err := openSession(ctx, db, readerPragmas(at, o))
		if err != nil {
			return nil, err
		}
		s.readers <- r
	}
	s.startWriter(newWriter(w, s, at.file))
	return &Catalog{Catalog: sqlcat.New(s, sqlcat.SQLite), store: s}, nil
}

// prepareDatabase checks the database if it is asked to, and migrates it.
func prepareDatabase(ctx context.Context, w *session, o Options) error {
	if o.Check {
		if err := quickCheck(ctx, w); err != nil {
			return err
		}
	}
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := sqlcat.Migrate(ctx, w.conn, sqlcat.SQLite)
	if err == nil {
		_, err = w.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK") // the transaction may be over already
		if why := quickCheck(ctx, w); why != nil { // tables that cannot be read seem to be missing
			return why
		}
	}
	return err
}

// settle makes durable what is about to be read. A process that was killed during a commit may leave the commit in SQLite's
// log but not on the disk: it counts from now on, and the engine gives up its own log for it. A checkpoint syncs the log
// first; that it cannot copy all of it, for want of room or because of others, does not matter.
func settle(ctx context.Context, w *session, at place) error {
	if at.inMemory() {
		return nil
	}
	_, err := w.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	if isBusy(err) || primary(err) == codes.SQLITE_FULL {
		return nil
	}
	return err
}

func quickCheck(ctx context.Context, w *session) error {
	var found string
	if err := w.conn.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return &DamagedError{Err: errors.New(found)}
	}
	return nil
}
