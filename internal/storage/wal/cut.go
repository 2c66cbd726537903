package wal

import (
	"fmt"
	"path"
)

// cutShare is the part of FileBytes that the active file must have reached for Cut to give it up.
const cutShare = 8

// Cut removes the files all of whose records have sequences up to through, which must not exceed the position that Open
// would be given after a crash now. The active file goes too if it is wholly covered and has some size. Damaged files are
// kept in the quarantine. An error leaves the log whole; the next Cut tries again.
func (l *Log) Cut(through uint64) error {
	l.file.Lock()
	defer l.file.Unlock()
	if a := l.active; a != nil && l.next-1 <= through && a.end >= l.o.FileBytes/cutShare && !a.dirty {
		l.retire()
		l.settle()
	}
	for len(l.files) > 0 && l.files[0].last <= through {
		if err := l.remove(l.files[0]); err != nil {
			return fmt.Errorf("cut %s: %w", l.files[0].name, err)
		}
		l.files = l.files[1:]
	}
	return nil
}

// remove takes a file out of the log. The directory is synced for each, because a file may only outlive the ones before
// it: its header is what keeps refused records in them from coming back.
func (l *Log) remove(f logFile) error {
	name := path.Join(l.o.Dir, f.name)
	if !f.damaged {
		if err := l.o.FS.Remove(name); err != nil {
			return err
		}
		return l.o.FS.SyncDir(l.o.Dir)
	}
	_, err := l.quarantine(f)
	return err
}
