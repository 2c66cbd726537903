package wal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"slices"

	"tailrace/internal/vfs"
)

// ErrReplaced says that a log was begun anew under a View: its server was started again on an empty directory.
var ErrReplaced = errors.New("log was begun anew")

// View is the files of a log held open for reading, beside the process that writes it or without one. It changes nothing:
// where Open would cut, sync or put away, it only tells. What was appended comes into sight with Refresh; files that are cut
// meanwhile stay readable until Close. A View belongs to one goroutine.
type View struct {
	fs    vfs.FS
	dir   string
	files []viewFile // in order of numbers
}

// viewFile is a held file; invalid says why it has no header.
type viewFile struct {
	found
	invalid error
}

// Held is one file of a View.
type Held struct {
	Name   string
	Number uint64
	// First is the sequence of its first record; 0 if its header is not valid.
	First uint64
	// Bytes is its size when the View was opened or refreshed.
	Bytes int64
	// File stays the View's. Bytes up to the size do not change but for what is refused.
	File io.ReaderAt
}

// OpenView opens a log's files for reading. A directory that is not there is an empty log.
func OpenView(fsys vfs.FS, dir string) (*View, error) {
	v := &View{fs: fsys, dir: dir}
	if err := v.Refresh(); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// Refresh takes in what was appended and the files that were begun since. ErrReplaced.
func (v *View) Refresh() error {
	names, err := v.fs.List(v.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read log: %w", err)
	}
	for _, name := range names {
		if number, ok := parseName(name); ok {
			if err := v.take(name, number); err != nil {
				return fmt.Errorf("read log file %s: %w", name, err)
			}
		}
	}
	for i := range v.files {
		if v.files[i].size, err = v.files[i].f.Size(); err != nil {
			return fmt.Errorf("read log file %s: %w", v.files[i].name, err)
		}
	}
	return nil
}

// take opens a file unless it is held already.
func (v *View) take(name string, number uint64) error {
	f, err := v.fs.Open(path.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // cut since it was listed
	} else if err != nil {
		return err
	}
	file, err := readViewFile(f, name, number)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	at, known := slices.BinarySearchFunc(v.files, number, func(f viewFile, n uint64) int { return int(min(1, max(-1, int64(f.number-n)))) })
	switch {
	case !known:
		v.files = slices.Insert(v.files, at, file)
		return nil
	case v.files[at].invalid != nil: // it was being begun
		old := v.files[at].f
		v.files[at] = file
		return old.Close()
	case v.files[at].tag != file.tag:
		return errors.Join(ErrReplaced, f.Close())
	}
	return f.Close()
}

// readViewFile reads a file's header.
func readViewFile(f vfs.File, name string, number uint64) (viewFile, error) {
	file := viewFile{found: found{logFile: logFile{name: name, number: number}, f: f}}
	b := make([]byte, recordsStart)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		file.invalid = err
		return file, nil
	}
	file.tag = crc32.Checksum(b[:n], castagnoli)
	h, err := parseHeader(b[:n])
	switch {
	case errors.Is(err, ErrVersion):
		return file, err
	case err == nil && h.number != number:
		err = fmt.Errorf("%w: that of file %d", errHeader, h.number)
	}
	if file.invalid = err; err == nil {
		file.first, file.salt, file.tag = h.first, h.salt, h.salt
	}
	return file, nil
}

// Files are the held files, oldest first.
func (v *View) Files() []Held {
	list := make([]Held, 0, len(v.files))
	for i := range v.files {
		f := &v.files[i]
		list = append(list, Held{Name: f.name, Number: f.number, First: f.first, Bytes: f.size, File: f.f})
	}
	return list
}

// Close gives the files up.
func (v *View) Close() error {
	var errs []error
	for i := range v.files {
		errs = append(errs, v.files[i].f.Close())
	}
	v.files = nil
	return errors.Join(errs...)
}
