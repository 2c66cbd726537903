package vfs

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Mem is a file system in memory that knows what has been synced: CrashClone makes what a crash would leave of it. Paths
// are cleaned and taken from the root, so "a/b" and "/a/b" are one file. Safe for concurrent use.
type Mem struct {
	mu    sync.Mutex
	root  *node
	ops   []*dirOp // changes of directories that are not durable yet, in order
	seq   uint64   // of the last dirOp
	used  int64    // bytes in all files that have a name
	space int64    // bound of used; negative: none
	locks map[string]bool
}

// NewMem is an empty memory file system without a space limit.
func NewMem() *Mem {
	return &Mem{root: newDir(), space: -1, locks: map[string]bool{}}
}

// SetSpace bounds the bytes that all files may hold together; writes beyond it store what fits and fail with ErrNoSpace,
// as a full disk does. A bound below what is used only stops growth; a negative one is none.
func (m *Mem) SetSpace(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.space = bytes
}

// Used is the number of bytes that all files hold together.
func (m *Mem) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// Create makes or truncates a file.
func (m *Mem) Create(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	n := dir.entries[base]
	switch {
	case n == nil:
		n = &node{}
		m.apply(change{dir: dir, name: base, node: n})
	case n.isDir():
		return nil, pathError("open", name, syscall.EISDIR)
	default:
		m.resize(n, 0)
	}
	return &memFile{fs: m, node: n, name: name, writable: true}, nil
}

// Open opens a file for reading.
func (m *Mem) Open(name string) (File, error) { return m.open(name, false) }

// OpenReadWrite opens a file that exists for reading and writing.
func (m *Mem) OpenReadWrite(name string) (File, error) { return m.open(name, true) }

func (m *Mem) open(name string, writable bool) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(name)
	if err == nil && n.isDir() {
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return &memFile{fs: m, node: n, name: name, writable: writable}, nil
}

// Rename replaces to by from, at once in both directories.
func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	fromDir, fromBase, err := m.parent(from)
	if err != nil {
		return pathError("rename", from, err)
	}
	toDir, toBase, err := m.parent(to)
	if err != nil {
		return pathError("rename", to, err)
	}
	n, old := fromDir.entries[fromBase], toDir.entries[toBase]
	switch {
	case n == nil:
		return pathError("rename", from, fs.ErrNotExist)
	case n == old:
		return nil
	case old != nil && (old.isDir() || n.isDir()):
		return pathError("rename", to, fs.ErrExist)
	}
	m.apply(change{dir: fromDir, name: fromBase}, change{dir: toDir, name: toBase, node: n})
	return nil
}

// Remove deletes a file, which those who have it open keep, or an empty directory.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(name)
	if err != nil {
		return pathError("remove", name, err)
	}
	n := dir.entries[base]
	if n == nil {
		return pathError("remove", name, fs.ErrNotExist)
	}
	if n.isDir() && len(n.entries) > 0 {
		return pathError("remove", name, syscall.ENOTEMPTY)
	}
	m.apply(change{dir: dir, name: base})
	return nil
}

// MkdirAll makes a directory and its parents.
func (m *Mem) MkdirAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir := m.root
	for part := range strings.SplitSeq(clean(name)[1:], "/") {
		if part == "" {
			continue
		}
		next := dir.entries[part]
		if next == nil {
			next = newDir()
			m.apply(change{dir: dir, name: part, node: next})
		}
		if dir = next; !dir.isDir() {
			return pathError("mkdir", name, syscall.ENOTDIR)
		}
	}
	return nil
}

// List returns the names in a directory, sorted.
func (m *Mem) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, err := m.find(dir)
	if err == nil && !d.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, pathError("readdir", dir, err)
	}
	return slices.Sorted(maps.Keys(d.entries)), nil
}

// Stat describes a file or directory; times are zero.
func (m *Mem) Stat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return memInfo{name: path.Base(clean(name)), size: int64(len(n.data)), dir: n.isDir()}, nil
}

// Lock takes an exclusive lock, making the file if needed.
func (m *Mem) Lock(name string) (io.Closer, error) {
	f, err := m.OpenReadWrite(name)
	if err != nil {
		f, err = m.Create(name)
	}
	if err != nil {
		return nil, err
	}
	f.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[clean(name)] {
		return nil, fmt.Errorf("lock %s: %w", name, ErrLocked)
	}
	m.locks[clean(name)] = true
	return &memLock{fs: m, name: clean(name)}, nil
}

type memLock struct {
	fs   *Mem
	name string
	once sync.Once
}

func (l *memLock) Close() error {
	l.once.Do(func() {
		l.fs.mu.Lock()
		defer l.fs.mu.Unlock()
		delete(l.fs.locks, l.name)
	})
	return nil
}

type memInfo struct {
	name string
	size int64
	dir  bool
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return i.dir }
func (i memInfo) Sys() any           { return nil }

func (i memInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | dirMode
	}
	return fileMode
}

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}
