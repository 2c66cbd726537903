// Package catalog says what exists: groups, streams, segments, keys, saved queries and lookup tables, as rows and small interfaces, a file for each
// resource. It holds no SQL (see sqlcat) and no cache. Every method is safe for concurrent use, and a change is on stable
// storage when the call that made it returns without an error. Times are epoch milliseconds.
package catalog

import "errors"

// Catalog is everything a server keeps beside its events.
type Catalog interface {
	Groups
	Streams
	Segments
	Keys
	QueryDefinitions
	LookupTables
	// Close ends all use; it waits for calls that run. Later calls give ErrUnavailable, a second Close does nothing.
	Close() error
}

var (
	// ErrNotFound says that no row has the name or id asked for.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a row with this name is there already.
	ErrExists = errors.New("already exists")
	// ErrTooManyTags says that a change would leave a resource with more tags than allowed; nothing was changed.
	ErrTooManyTags = errors.New("too many tags")
	// ErrUnavailable wraps failures of the disk or database below, a full disk among them; the change was not made, and
	// the call may be repeated later. One whose sync failed may stand in the database's log all the same: the next process
	// finds it there if this one ends before another change succeeded.
	ErrUnavailable = errors.New("catalog unavailable")
)
