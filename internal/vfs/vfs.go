// Package vfs is the one door to the file system for everything that must survive a crash: the operating system's, one
// in memory that can be cloned as a crash would leave it, and a wrapper that injects faults. It knows nothing of what the
// files hold. What every implementation promises is held by the suite in vfstest.
//
// Two promises have to be asked for: File.Sync for what a file holds and how long it is, SyncDir for which names a
// directory has. What was done to either since then may be there after a crash, or not, or in part.
package vfs

import (
	"errors"
	"io"
	"io/fs"
)

// FS is a file system. Names are slash-separated paths. A file that was created, linked, renamed or removed is so for
// good only after SyncDir of its directory. Safe for concurrent use.
type FS interface {
	// Create makes or truncates a file for reading and writing.
	Create(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// OpenReadWrite opens a file that exists for reading and writing.
	OpenReadWrite(name string) (File, error)
	// Rename replaces to by from.
	Rename(from, to string) error
	// Remove deletes a file or an empty directory.
	Remove(name string) error
	// MkdirAll makes a directory and its parents.
	MkdirAll(name string) error
	// List returns the names in a directory, sorted.
	List(dir string) ([]string, error)
	// Stat describes a file or directory.
	Stat(name string) (fs.FileInfo, error)
	// SyncDir makes the entries of a directory durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock that dies with the process, making the file if needed. ErrLocked if another holds it.
	Lock(name string) (io.Closer, error)
}

// File is an open file. Reads and writes at offsets are safe for concurrent use on different ranges.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Sync makes the content and the size durable (fdatasync is enough); it does not sync the directory entry.
	Sync() error
	// Truncate sets the size; what is gained reads as zeros.
	Truncate(size int64) error
	// Allocate reserves space for the first size bytes without changing Size, so that writes up to there neither run
	// out of space nor have to journal where it lies. Errors match errors.ErrUnsupported where there is no such thing;
	// callers may go on without.
	Allocate(size int64) error
	// Size is the present size in bytes.
	Size() (int64, error)
	// Name is the path that the file was opened by.
	Name() string
}

var (
	// ErrLocked says that another process holds the lock.
	ErrLocked = errors.New("locked by another process")
	// ErrNoSpace says that the disk is full (ENOSPC, EDQUOT): errors of such a kind match it with errors.Is.
	ErrNoSpace = errors.New("no space left")
)
