package wal

import (
	"fmt"
	"path"

	"tailrace/internal/vfs"
)

// quarantined is where a file's copy lies in the quarantine. Numbers may come again once a log is empty; the tag keeps
// the names apart.
func (l *Log) quarantined(f logFile) string {
	return path.Join(l.o.Quarantine, fmt.Sprintf("%s-%08x", f.name, f.tag))
}

// quarantine moves a file out of the log, and says where to.
func (l *Log) quarantine(f logFile) (string, error) {
	if err := l.makeDir(l.o.Quarantine); err != nil {
		return "", err
	}
	to := l.quarantined(f)
	if err := l.o.FS.Rename(path.Join(l.o.Dir, f.name), to); err != nil {
		return "", err
	}
	if err := l.o.FS.SyncDir(l.o.Quarantine); err != nil {
		return "", err
	}
	return to, l.o.FS.SyncDir(l.o.Dir)
}

// copyToQuarantine keeps a copy of a file that is still needed, unless an earlier start has made one.
func (l *Log) copyToQuarantine(f logFile, from *reader) (string, error) {
	to := l.quarantined(f)
	if _, err := l.o.FS.Stat(to); err == nil {
		return to, nil
	}
	if err := l.makeDir(l.o.Quarantine); err != nil {
		return "", err
	}
	unfinished := to + ".tmp"
	if err := l.copy(unfinished, from); err != nil {
		_ = l.o.FS.Remove(unfinished) // the first error is the one to tell
		return "", err
	}
	if err := l.o.FS.Rename(unfinished, to); err != nil {
		return "", err
	}
	return to, l.o.FS.SyncDir(l.o.Quarantine)
}

func (l *Log) copy(to string, from *reader) (err error) {
	f, err := l.o.FS.Create(to)
	if err != nil {
		return err
	}
	defer func(f vfs.File) {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}(f)
	for off := int64(0); off < from.size; {
		b := from.bytes(off, windowBytes)
		if _, err := f.WriteAt(b, off); err != nil {
			return err
		}
		off += int64(len(b))
	}
	return f.Sync()
}

// makeDir makes a directory and its name durable.
func (l *Log) makeDir(dir string) error {
	if err := l.o.FS.MkdirAll(dir); err != nil {
		return err
	}
	return l.o.FS.SyncDir(path.Dir(path.Clean(dir)))
}
