package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

const lockFile = "backup.lock"

// target is a directory of backups that is locked.
type target struct {
	dir    string
	unlock io.Closer
	before Manifest // of the backup that is there; Number 0: none
}

// openTarget locks a directory of backups, which it makes if there is none. One with other things in it is refused: what the
// newest backup does not need is removed.
func openTarget(dir, store string) (*target, error) {
	if inside, err := isInside(dir, store); err != nil {
		return nil, err
	} else if inside {
		return nil, fmt.Errorf("%s lies in the store that is to be backed up, %s: name a directory elsewhere", dir, store)
	}
	if _, err := os.Stat(filepath.Join(dir, lockFile)); errors.Is(err, os.ErrNotExist) {
		empty, err := isEmpty(dir)
		if err != nil {
			return nil, err
		}
		if !empty {
			return nil, fmt.Errorf("%s is not empty and holds no backups: name a new directory, or one that an earlier backup was made in", dir)
		}
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	unlock, err := vfs.OS().Lock(filepath.Join(dir, lockFile))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%s: another backup is being made there: wait for it", dir)
	} else if err != nil {
		return nil, err
	}
	t := &target{dir: dir, unlock: unlock}
	t.before, err = ReadManifest(dir)
	switch {
	case errors.Is(err, ErrNoBackup):
		t.before = Manifest{}
	case err != nil:
		return nil, errors.Join(fmt.Errorf("%w; name another directory", err), unlock.Close())
	}
	// What a backup left that did not come to its end.
	if err := t.sweep(&t.before); err != nil {
		return nil, errors.Join(err, unlock.Close())
	}
	return t, nil
}

func isInside(dir, store string) (bool, error) {
	paths := [2]string{dir, store}
	for i, p := range paths {
		full, err := filepath.Abs(p)
		if err != nil {
			return false, err
		}
		if real, err := filepath.EvalSymlinks(full); err == nil {
			full = real
		}
		paths[i] = full
	}
	rel, err := filepath.Rel(paths[1], paths[0])
	return err == nil && filepath.IsLocal(rel), err
}

// sweep removes what a manifest does not need. Segments of a backup that did not come to its end stay for the next one.
func (t *target) sweep(m *Manifest) error {
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return err
	}
	keep := numberDir(m.Number)
	for _, e := range entries {
		if number, ok := parseNumber(e.Name()); ok && number != m.Number && e.Name() != keep {
			if err := os.RemoveAll(filepath.Join(t.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepSegments removes the segments that a manifest does not need.
func (t *target) sweepSegments(m *Manifest) error {
	wanted := map[string]bool{}
	for _, f := range m.Files {
		wanted[f.Stored] = true
	}
	dir := filepath.Join(t.dir, storage.SegmentDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, e := range entries {
		if _, _, ours := storage.ParseObject(e.Name()); !ours || wanted[storage.SegmentDir+"/"+e.Name()] {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func numberDir(n int64) string { return fmt.Sprintf("%010d", n) }

func parseNumber(name string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimLeft(name, "0"), 10, 64)
	return n, err == nil && numberDir(n) == name
}
