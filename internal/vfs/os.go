package vfs

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// Files are the server's own; the group may read them, for backups and for engines that read segments in place.
const (
	fileMode fs.FileMode = 0o640
	dirMode  fs.FileMode = 0o750
)

// OS is the operating system's file system. Sync is fdatasync where there is one; locks are advisory (flock) and are also
// held against this process itself.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) Create(name string) (File, error) {
	return openOS(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}

func (osFS) Open(name string) (File, error)          { return openOS(name, os.O_RDONLY) }
func (osFS) OpenReadWrite(name string) (File, error) { return openOS(name, os.O_RDWR) }
func (osFS) Rename(from, to string) error            { return mark(os.Rename(from, to)) }
func (osFS) Remove(name string) error                { return mark(os.Remove(name)) }
func (osFS) MkdirAll(name string) error              { return mark(os.MkdirAll(name, dirMode)) }
func (osFS) Stat(name string) (fs.FileInfo, error)   { return os.Stat(name) }

func (osFS) List(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

func (osFS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return mark(d.Sync())
}

func openOS(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, fileMode)
	if err != nil {
		return nil, mark(err)
	}
	return &osFile{File: f}, nil
}

// osFile is an os.File whose errors are marked and whose Sync is the cheapest that keeps the contract.
type osFile struct{ *os.File }

func (f *osFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	return n, mark(err)
}

func (f *osFile) Sync() error               { return mark(syncData(f.File)) }
func (f *osFile) Truncate(size int64) error { return mark(f.File.Truncate(size)) }
func (f *osFile) Allocate(size int64) error { return mark(allocate(f.File, size)) }

func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// mark makes the errors of a full disk or a used-up quota match ErrNoSpace.
func mark(err error) error {
	if err != nil && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)) {
		return &noSpaceError{err}
	}
	return err
}

// noSpaceError keeps the system's words, which name the file, and matches both the system's error and ErrNoSpace.
type noSpaceError struct{ error }

func (e *noSpaceError) Unwrap() []error { return []error{ErrNoSpace, e.error} }
