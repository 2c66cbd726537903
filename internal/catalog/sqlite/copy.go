package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"tailrace/internal/catalog/sqlcat"
)

// errMoving says that processes open and close the database faster than it can be read.
var errMoving = errors.New("the database is opened and closed all the time: try again")

// Copy writes what is committed in a database file into a new file, beside processes that have it open, which go on, or without
// any. It changes nothing beside the new file, which is durable but for its name. A file that is no database is a *DamagedError;
// damage that is not in the way of reading is copied: see Check.
func Copy(ctx context.Context, file, to string) error {
	to, err := filepath.Abs(to)
	if err != nil {
		return fmt.Errorf("copy catalog %s: %w", file, err)
	}
	err = inspect(ctx, file, func(conn *sql.Conn) error {
		if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return conn.Raw(func(c any) error { return copyInto(c.(backuper), to) })
	})
	if err != nil {
		return fmt.Errorf("copy catalog %s: %w", file, damaged(file, err))
	}
	return nil
}

// copyInto copies a database to a new file and makes that durable.
func copyInto(from backuper, to string) (err error) {
	var made driver.Conn
	if made, err = backup(from, place{dsn: (&url.URL{Scheme: "file", Path: to}).String()}); err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}

// Flushed reads the flushed position of a database file as Copy reads it.
func Flushed(ctx context.Context, file string) (position uint64, err error) {
	err = inspect(ctx, file, func(conn *sql.Conn) error {
		position, err = sqlcat.Flushed(ctx, conn)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("flushed position in %s: %w", file, damaged(file, err))
	}
	return position, nil
}

// inspect reads a database without making or changing any file of it. That depends on what lies beside it:
//
//	-wal and -shm      a process has it open, or was killed: SQLite reads all three, as one more process
//	-wal alone         nobody has it open; SQLite would make the -shm: a copy of both is read
//	neither            nobody has it open; SQLite would make both: it is told that the file does not change, and whether that
//	                   was so is looked at afterwards
func inspect(ctx context.Context, file string, use func(*sql.Conn) error) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	const tries = 10
	for range tries {
		before, err := os.Stat(file)
		if err != nil {
			return err
		}
		switch log, index := exists(file+"-wal"), exists(file+"-shm"); {
		case log && index:
			return inspectWith(ctx, file, "mode=ro", use)
		case log:
			return inspectApart(ctx, file, use)
		}
		err = inspectWith(ctx, file, "mode=ro&immutable=1", use)
		after, failed := os.Stat(file)
		if failed != nil {
			return failed
		}
		if !exists(file+"-wal") && after.ModTime().Equal(before.ModTime()) && after.Size() == before.Size() {
			return err
		}
	}
	return errMoving
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func inspectWith(ctx context.Context, file, how string, use func(*sql.Conn) error) (err error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file, RawQuery: how}).String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := set(ctx, conn, pragma{text: fmt.Sprintf("busy_timeout = %d", Options{}.withDefaults().BusyTimeout.Milliseconds())}); err != nil {
		return err
	}
	return use(conn)
}

// inspectApart reads a copy of the file and its log.
func inspectApart(ctx context.Context, file string, use func(*sql.Conn) error) (err error) {
	dir, err := os.MkdirTemp("", "tailrace-catalog-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	apart := filepath.Join(dir, "catalog.db")
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(file+suffix, apart+suffix); err != nil {
			return err
		}
	}
	return inspectWith(ctx, apart, "", use)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
