package sqlite

import (
	"errors"
	"fmt"

	modernc "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"tailrace/internal/catalog"
)

// DamagedError says that the database file cannot be used as it is.
type DamagedError struct {
	File string
	Err  error // what SQLite found
}

// Error says what is wrong and what to do.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged or no SQLite database (%v): a server that starts on it makes a new one of what can be read of it, "+
		"the segments and the log; or restore a backup", e.File, e.Err)
}

// Unwrap returns what SQLite found.
func (e *DamagedError) Unwrap() error { return e.Err }

// damaged names the file in errors that say that it is damaged.
func damaged(file string, err error) error {
	if found, ok := errors.AsType[*DamagedError](err); ok {
		found.File = file
		return err
	}
	switch primary(err) {
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return &DamagedError{File: file, Err: err}
	}
	return err
}

// primary is SQLite's result code without its extension, or 0 if err is none of SQLite's.
func primary(err error) int {
	if e, ok := errors.AsType[*modernc.Error](err); ok {
		return e.Code() & 0xFF
	}
	return 0
}

func isBusy(err error) bool {
	code := primary(err)
	return code == codes.SQLITE_BUSY || code == codes.SQLITE_LOCKED
}

// isFailure tells a failure of the database or what is below it, after which a transaction may be gone, from an answer:
// an error of the catalog, or of a statement that was wrong.
func isFailure(err error) bool {
	switch primary(err) {
	case 0, codes.SQLITE_ERROR, codes.SQLITE_CONSTRAINT, codes.SQLITE_MISMATCH, codes.SQLITE_TOOBIG, codes.SQLITE_RANGE, codes.SQLITE_MISUSE:
		return false
	}
	return true
}

// unavailable makes a failure match catalog.ErrUnavailable.
func unavailable(err error) error {
	if isFailure(err) {
		return fmt.Errorf("%w: %w", catalog.ErrUnavailable, err)
	}
	return err
}
