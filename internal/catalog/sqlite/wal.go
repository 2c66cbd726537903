package sqlite

import (
	"context"
	"fmt"
	"os"
)

const (
	// walLimit is the size of SQLite's log above which the writer waits for readers to leave it, so that it can be
	// emptied. Below it, it is emptied when no reader is in it.
	walLimit = 64 << 20
	// walStep is how much the log grows before that is tried again where a reader stayed.
	walStep = 16 << 20
	// walPatience is how long the writer waits for such readers, in milliseconds.
	walPatience = 250
)

// walFile keeps SQLite's write-ahead log from growing without end under readers that overlap for ever. Its size is at
// most walLimit and one transaction, unless one reader keeps to an old state for long.
type walFile struct {
	name        string // empty: none
	limit, step int64
	next        int64 // size at which to act
}

func newWALFile(database string) *walFile {
	if database == "" {
		return &walFile{}
	}
	return &walFile{name: database + "-wal", limit: walLimit, step: walStep, next: walLimit}
}

func (f *walFile) size() int64 {
	if f.name == "" {
		return 0
	}
	info, err := os.Stat(f.name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// bound empties the log if it is too large. That it does not succeed is no error: the next try comes after walStep.
func (f *walFile) bound(ctx context.Context, s *session) {
	if f.name == "" {
		return
	}
	size := f.size()
	if size < f.next {
		return
	}
	var before int
	_ = s.conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&before)
	_, _ = s.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", walPatience))
	_, _ = s.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_, _ = s.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", before))
	f.next = max(f.limit, f.size()+f.step)
}
