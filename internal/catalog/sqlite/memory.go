package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	modernc "modernc.org/sqlite"

	"tailrace/internal/catalog/sqlcat"
)

// memoryReaders is how many reads of a memory database run at a time: tests open many, and a connection takes longer than most of
// their reads.
const memoryReaders = 2

// memories numbers memory databases: SQLite finds them by name, over the whole process.
var memories atomic.Uint64

func newMemory() place {
	return place{dsn: "file:/tailrace-" + strconv.FormatUint(memories.Add(1), 10) + "?vfs=memdb"}
}

// OpenMemory opens a new, empty catalog in memory. It behaves as one in a file does, but is gone when it is closed: a test
// that lets a process die takes a Clone first.
func OpenMemory() (*Catalog, error) {
	c, err := open(context.Background(), newMemory(), Options{Readers: memoryReaders}.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open memory catalog: %w", err)
	}
	return c, nil
}

// Clone copies what is committed into a new memory catalog, which from then on goes its own way: what a disk would hold
// if the process died now. Writes that have not returned are in the clone entirely or not at all; those that returned
// are in it. It costs a copy of the pages, some microseconds for a small catalog. Both catalogs are to be closed.
func (c *Catalog) Clone(ctx context.Context) (*Catalog, error) {
	to := newMemory()
	anchor, err := c.copyTo(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("clone catalog: %w", err)
	}
	// The copy lives as long as somebody is connected to it.
	clone, err := open(ctx, to, Options{Readers: memoryReaders}.withDefaults())
	if err = errors.Join(err, anchor.Close()); err != nil {
		return nil, fmt.Errorf("clone catalog: %w", err)
	}
	return clone, nil
}

func (c *Catalog) copyTo(ctx context.Context, to place) (anchor driver.Conn, err error) {
	err = c.store.Read(ctx, func(_ context.Context, s sqlcat.Session) error {
		return s.(*session).conn.Raw(func(conn any) error {
			anchor, err = backup(conn.(backuper), to)
			return err
		})
	})
	return anchor, err
}

// backuper is the driver's connection.
type backuper interface {
	NewBackup(to string) (*modernc.Backup, error)
}

func backup(from backuper, to place) (driver.Conn, error) {
	b, err := from.NewBackup(to.dsn)
	if err != nil {
		return nil, err
	}
	for more := true; more; {
		if more, err = b.Step(-1); err != nil {
			return nil, errors.Join(err, b.Finish())
		}
	}
	return b.Commit()
}
