package wal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"

	"tailrace/internal/vfs"
)

// reserveBytes is how much space is reserved ahead: few enough that an idle log is small.
const reserveBytes = 4 << 20

// active is the file that records go to.
type active struct {
	logFile
	f    vfs.File
	salt uint32
	end  int64 // behind the last acknowledged record
	// reserved is up to where space was asked for.
	reserved int64
	// dirty: refused bytes may lie behind end.
	dirty bool
	// abandoned: nothing is written to it any more, because a sync of it failed, so that what the system holds of it may
	// differ from what the disk holds, or because a header that ends it may be on the disk already.
	abandoned bool
}

// takes says whether so many bytes can be written to the file. An empty one takes any number.
func (a *active) takes(bytes, fileBytes int64) bool {
	return a != nil && !a.dirty && !a.abandoned && (a.end == recordsStart || a.end+bytes <= fileBytes)
}

// reserve asks for space up to an offset and some more, so that syncs need not journal each piece. Only speed depends
// on it: a full disk is told by the write.
func (a *active) reserve(end int64) {
	if end > a.reserved {
		a.reserved = end + reserveBytes
		_ = a.f.Allocate(a.reserved)
	}
}

// logFile is a file of the log.
type logFile struct {
	name    string // in Options.Dir
	number  uint64
	first   uint64 // sequence of its first record
	last    uint64 // sequence of its last record, first-1 if it has none; of the active file only once it is closed
	size    int64  // bytes, without what was refused
	tag     uint32 // the salt, or CRC32C of what stands in a header's place: tells files of one number apart in the quarantine
	damaged bool   // and not copied to the quarantine: moved there instead of removed
}

// ready brings the log into a state in which a group of so many bytes can be written: refused bytes are gone, and there is
// a file with room.
func (l *Log) ready(bytes int64) error {
	if l.active.takes(bytes, l.o.FileBytes) {
		return nil
	}
	if l.failure != nil && l.o.Now().Before(l.retryAt) {
		return l.failure
	}
	cut, err := l.repair(bytes)
	if err != nil {
		return l.unavailable(err, cut)
	}
	if l.failure != nil {
		l.o.Logger.Info("write-ahead log: available again")
	}
	l.failure = nil
	return nil
}

// refuse takes back what a failed group may have left in the active file, at once, so that its appenders can be told
// that nothing of it remains.
func (l *Log) refuse(cause error, syncFailed bool) error {
	l.active.dirty = true
	l.active.abandoned = l.active.abandoned || syncFailed
	cut, err := l.repair(0)
	if err == nil {
		l.o.Logger.Error("write-ahead log: append refused", "error", cause)
		return fmt.Errorf("%w: %w", ErrUnavailable, cause)
	}
	return l.unavailable(cause, cut)
}

// unavailable is the answer to appends until the next try.
func (l *Log) unavailable(cause error, cut bool) error {
	if l.failure == nil {
		l.o.Logger.Error("write-ahead log: unavailable", "error", cause)
	}
	l.retryAt = l.o.Now().Add(l.o.Retry)
	l.failure = fmt.Errorf("%w: %w", ErrUnavailable, cause)
	if !cut {
		return fmt.Errorf("%w (%w): %w", ErrUnavailable, ErrUncertain, cause)
	}
	return l.failure
}

// repair cuts refused bytes off the active file and, where that file may not be written to any more or has no room for so
// many bytes, begins a new one. It reports whether what was refused is gone for good.
//
// After a failed sync nobody knows what the disk holds, and a later sync may succeed without having written it. So the cut
// alone does not count then: the header of the next file does, which says that it begins at the sequence that was refused.
func (l *Log) repair(bytes int64) (cut bool, err error) {
	a := l.active
	if a != nil && a.dirty {
		if err = a.f.Truncate(a.end); err == nil {
			err = a.f.Sync()
			a.abandoned = a.abandoned || err != nil
		}
		if a.dirty = err != nil; !a.dirty {
			l.settle()
		}
	}
	if a.takes(bytes, l.o.FileBytes) {
		return true, nil
	}
	cut = a == nil || !a.dirty && !a.abandoned
	if err := l.begin(); err != nil {
		return cut, err
	}
	return true, nil
}

// settle notes that a cut made everything acknowledged durable too.
func (l *Log) settle() {
	l.synced, l.unsynced = l.next-1, pendingSync{}
}

// begin closes the active file and begins a new one, durable in name and header before anything is written to it.
func (l *Log) begin() error {
	if a := l.active; a != nil && !a.abandoned {
		_ = l.syncPendingLocked() // logged there; nothing that was acknowledged can be refused any more
		a.abandoned = true
	}
	a, err := l.create(l.number + 1)
	if err != nil {
		return err
	}
	l.retire()
	l.number, l.active = a.number, a
	l.settle()
	return nil
}

// create makes a log file. What is left of it after a failure holds no record and is overwritten by the next try.
func (l *Log) create(number uint64) (*active, error) {
	a := &active{
		logFile: logFile{name: fileName(number), number: number, first: l.next},
		salt:    rand.Uint32(), //nolint:gosec // seeded by the system; see the package comment for what it keeps out
		end:     recordsStart,
	}
	name := path.Join(l.o.Dir, a.name)
	f, err := l.o.FS.Create(name)
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", a.name, err)
	}
	a.f = f
	_, err = f.WriteAt(header{salt: a.salt, number: number, first: a.first}.append(nil), 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.syncNames()
	}
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", a.name, errors.Join(err, f.Close()))
	}
	return a, nil
}

// syncNames makes the names of the log's files and of its directory durable.
func (l *Log) syncNames() error {
	if err := l.o.FS.SyncDir(l.o.Dir); err != nil {
		return err
	}
	return l.o.FS.SyncDir(path.Dir(path.Clean(l.o.Dir)))
}

// retire closes the active file; it stays until Cut.
func (l *Log) retire() {
	a := l.active
	if a == nil {
		return
	}
	a.last, a.size = l.next-1, a.end
	_ = a.f.Truncate(a.end) // gives back what was reserved
	if err := a.f.Close(); err != nil {
		l.o.Logger.Warn("write-ahead log: close", "file", a.name, "error", err)
	}
	l.files = append(l.files, a.logFile)
	l.active = nil
}
