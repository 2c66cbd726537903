// Package wal is the write-ahead log: records that are on stable storage before the call that appended them returns, and
// that come back in order after a crash. It knows nothing of what the records hold.
//
// Appenders queue; one goroutine, the writer, takes all that wait as one group, writes it, syncs once, applies each record
// in the order of the log and wakes the appenders. While it syncs, the next group gathers.
//
// A log is a directory of files with ascending numbers (the page is docs/format/wal.md; integers are little-endian):
//
//	0000000007.wal
//	┌────────────────────────────┐ 0
//	│ header            64 bytes │ magic "TRLRCWAL", version u32, salt u32, number u64,
//	│ zeros                      │ first sequence u64, zeros, CRC32C of the 60 bytes before
//	├────────────────────────────┤ 4096
//	│ the same header once more  │
//	│ zeros                      │
//	├────────────────────────────┤ 8192
//	│ record                     │ length u32, CRC32C of the payload u32, sequence u64,
//	│ record                     │ behind u32, CRC32C of salt and the 20 bytes before u32,
//	│ …                          │ payload
//	└────────────────────────────┘
//
// Sequences count records from 1 without holes. A file's first sequence ends all files before it: records there with this
// sequence or a higher one were refused and do not count. "behind" is how far the record is past the last one that was
// on stable storage when it was written, which tells a torn group from damage. The salt is drawn anew for each file, so
// that no payload can hold bytes that pass for a record.
//
// What a caller may rely on: a record whose Append returned nil is replayed, exactly once, until it was cut; one whose
// Append returned an error matching ErrUnavailable is never replayed (but see ErrUncertain); one whose Append had not returned
// at a crash may be replayed or not.
package wal

import (
	"errors"
	"fmt"
	"log/slog"
	"path"
	"sync"
	"time"

	"tailrace/internal/vfs"
)

// SyncMode says when a record counts as durable.
type SyncMode int

const (
	// SyncAlways syncs before Append returns: no crash loses an acknowledged record.
	SyncAlways SyncMode = iota
	// SyncInterval returns from Append once the record is with the operating system and syncs every Options.Interval: the
	// end of the process loses nothing, a power cut or a crash of the system loses what was acknowledged within the last
	// interval, and so does a sync that fails.
	SyncInterval
)

const (
	defaultFileBytes  = 64 << 20
	defaultGroupBytes = 4 << 20
	defaultInterval   = 200 * time.Millisecond
	defaultRetry      = 100 * time.Millisecond
	// MaxRecordBytes bounds the payload of one record.
	MaxRecordBytes = 256 << 20
)

// Options say where a log lies and how it is written.
type Options struct {
	FS vfs.FS
	// Dir is the log's own directory; its parent must be durable.
	Dir string
	// Quarantine is the directory for copies of damaged files; empty: "quarantine" beside Dir.
	Quarantine string
	// FileBytes is the size in bytes at which a new file is begun; 0: 64 MiB. A larger record gets a file of its own.
	FileBytes int64
	// MaxBatchBytes bounds the payloads that share one sync, except that one record always fits; 0: 4 MiB.
	MaxBatchBytes int64
	Sync          SyncMode
	// Interval is the longest time between a write and its sync with SyncInterval; 0: 200 ms.
	Interval time.Duration
	// Retry is how long after a failed repair appends are refused without trying again; 0: 100 ms.
	Retry time.Duration
	// Now is the clock; required.
	Now func() time.Time
	// Logger hears of damage, failures and repairs; nil: nobody does.
	Logger *slog.Logger
	// OnSync, if set, is told after each successful sync how long it took and how many records and payload bytes it
	// made durable. It is called by the writer and must be quick.
	OnSync func(d time.Duration, records, bytes int)
}

func (o *Options) setDefaults() {
	if o.Quarantine == "" {
		o.Quarantine = path.Join(path.Dir(path.Clean(o.Dir)), "quarantine")
	}
	if o.FileBytes == 0 {
		o.FileBytes = defaultFileBytes
	}
	if o.MaxBatchBytes == 0 {
		o.MaxBatchBytes = defaultGroupBytes
	}
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	if o.Retry == 0 {
		o.Retry = defaultRetry
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnSync == nil {
		o.OnSync = func(time.Duration, int, int) {}
	}
}

var (
	// ErrUnavailable says that the disk refused: the record was not stored and will not be replayed. Appends work again
	// when the disk does. It comes with the file system's error, vfs.ErrNoSpace among them.
	ErrUnavailable = errors.New("write-ahead log unavailable")
	// ErrUncertain comes with ErrUnavailable where the disk also refused to take back what may have been written: the record
	// will not be replayed if this process lives to repair the log, and may be if it does not.
	ErrUncertain = errors.New("outcome unknown until the log is repaired")
	// ErrClosed says that the log was closed; it matches ErrUnavailable, and the record was not stored.
	ErrClosed = fmt.Errorf("%w: closed", ErrUnavailable)
	// ErrTooLarge says that a payload is larger than MaxRecordBytes.
	ErrTooLarge = errors.New("record too large")
	// ErrVersion says that a file was written by a newer program. Open refuses, rather than run on without its records.
	ErrVersion = errors.New("log file of a newer format version")
)

// Log is an open write-ahead log. All methods are safe for concurrent use.
type Log struct {
	o       Options
	queue   queue
	stats   counters
	stopped chan struct{} // closed when the writer has ended

	file     sync.Mutex // guards what follows; the writer holds it while it writes and syncs
	next     uint64     // sequence of the next record
	synced   uint64     // sequence of the last record on stable storage
	number   uint64     // of the newest file
	active   *active    // where records go; nil: a file is to be begun
	files    []logFile  // all files but the active one, oldest first
	buf      []byte     // the writer's
	unsynced pendingSync
	retryAt  time.Time // not before then is a failed repair tried again
	failure  error     // what the last repair failed with
}
