package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// OpKind is the kind of a call to a file system.
type OpKind int

// The kinds of calls that are counted and may fail. Closing has no durable effect and is never made to fail.
const (
	OpCreate OpKind = iota
	OpOpen
	OpOpenReadWrite
	OpRename
	OpRemove
	OpMkdirAll
	OpList
	OpStat
	OpSyncDir
	OpLock
	OpReadAt
	OpWriteAt
	OpSync
	OpTruncate
	OpAllocate
	OpSize
)

var opNames = [...]string{
	"create", "open", "openrw", "rename", "remove", "mkdir", "list", "stat", "syncdir", "lock",
	"read", "write", "sync", "truncate", "allocate", "size",
}

// String is the kind in lower case.
func (k OpKind) String() string { return opNames[k] }

// Op is one call to a file system.
type Op struct {
	// Index counts calls from 0.
	Index int64
	Kind  OpKind
	// Name is the path that the call is about; To is where a rename leads.
	Name, To string
	// Offset and Length in bytes of a read or write; Length is the size of a truncate or allocate.
	Offset, Length int64
}

// Changes says whether the call changes what a crash may leave: reads and listings do not.
func (o Op) Changes() bool {
	switch o.Kind {
	case OpOpen, OpOpenReadWrite, OpList, OpStat, OpReadAt, OpSize, OpLock:
		return false
	default:
		return true
	}
}

// String is the call as one line for logs of tests.
func (o Op) String() string {
	return fmt.Sprintf("%d %s %s%s [%d +%d]", o.Index, o.Kind, o.Name, o.To, o.Offset, o.Length)
}

// ErrPowerOff is what every call answers after the power went off.
var ErrPowerOff = errors.New("power off")

// Short makes a write store only the first n bytes before it fails with err. Other calls fail plainly.
func Short(n int, err error) error { return &shortError{n, err} }

// Late makes a call take effect and fail with err nevertheless.
func Late(err error) error { return &lateError{err} }

// IsLate tells an error of Late: for what stands in for something else than a file system.
func IsLate(err error) bool {
	var late *lateError
	return errors.As(err, &late)
}

// Forget makes a Sync fail with err as a system does that gives up what it could not write: running programs still see it, a
// crash may leave some of it, and no later Sync will write it. Other calls fail plainly. Only Mem forgets.
func Forget(err error) error { return &forgetError{err} }

type forgetError struct{ error }

func (e *forgetError) Unwrap() error { return e.error }

type shortError struct {
	n int
	error
}

type lateError struct{ error }

func (e *shortError) Unwrap() error { return e.error }
func (e *lateError) Unwrap() error  { return e.error }

// Faults is a file system that asks a function before every call whether it should fail. Safe for concurrent use.
type Faults struct {
	fs     FS
	mu     sync.Mutex
	inject func(Op) error
	calls  int64
	off    bool
}

// Fault wraps a file system. The function is asked before each call, one call at a time; what it returns becomes the call's
// error and the call has no effect, unless Short or Late say so. ErrPowerOff makes every later call fail too.
// A nil function only counts.
func Fault(fs FS, inject func(Op) error) *Faults {
	return &Faults{fs: fs, inject: inject}
}

// Calls is the number of calls so far.
func (f *Faults) Calls() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// PowerOff makes every later call fail with ErrPowerOff.
func (f *Faults) PowerOff() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off = true
}

// before counts a call and decides over it.
func (f *Faults) before(op Op) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return pathError(op.Kind.String(), op.Name, ErrPowerOff)
	}
	op.Index = f.calls
	f.calls++
	if f.inject == nil {
		return nil
	}
	err := f.inject(op)
	if err == nil {
		return nil
	}
	f.off = errors.Is(err, ErrPowerOff)
	return pathError(op.Kind.String(), op.Name, err)
}

// call runs a call that has no result unless it is to fail.
func (f *Faults) call(op Op, do func() error) error {
	_, err := faulty(f, op, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func faulty[T any](f *Faults, op Op, do func() (T, error)) (T, error) {
	injected := f.before(op)
	var late *lateError
	if injected != nil && !errors.As(injected, &late) {
		var none T
		return none, injected
	}
	v, err := do()
	if err == nil && late != nil {
		err = injected
	}
	return v, err
}

// Create makes or truncates a file.
func (f *Faults) Create(name string) (File, error) { return f.file(OpCreate, name, f.fs.Create) }

// Open opens a file for reading.
func (f *Faults) Open(name string) (File, error) { return f.file(OpOpen, name, f.fs.Open) }

// OpenReadWrite opens a file that exists for reading and writing.
func (f *Faults) OpenReadWrite(name string) (File, error) {
	return f.file(OpOpenReadWrite, name, f.fs.OpenReadWrite)
}

func (f *Faults) file(kind OpKind, name string, open func(string) (File, error)) (File, error) {
	file, err := faulty(f, Op{Kind: kind, Name: name}, func() (File, error) { return open(name) })
	if err != nil {
		if file != nil {
			file.Close()
		}
		return nil, err
	}
	return &faultFile{File: file, fs: f}, nil
}

// Rename replaces to by from.
func (f *Faults) Rename(from, to string) error {
	return f.call(Op{Kind: OpRename, Name: from, To: to}, func() error { return f.fs.Rename(from, to) })
}

// Remove deletes a file or an empty directory.
func (f *Faults) Remove(name string) error {
	return f.call(Op{Kind: OpRemove, Name: name}, func() error { return f.fs.Remove(name) })
}

// MkdirAll makes a directory and its parents.
func (f *Faults) MkdirAll(name string) error {
	return f.call(Op{Kind: OpMkdirAll, Name: name}, func() error { return f.fs.MkdirAll(name) })
}

// List returns the names in a directory, sorted.
func (f *Faults) List(dir string) ([]string, error) {
	return faulty(f, Op{Kind: OpList, Name: dir}, func() ([]string, error) { return f.fs.List(dir) })
}

// Stat describes a file or directory.
func (f *Faults) Stat(name string) (fs.FileInfo, error) {
	return faulty(f, Op{Kind: OpStat, Name: name}, func() (fs.FileInfo, error) { return f.fs.Stat(name) })
}

// SyncDir makes the entries of a directory durable.
func (f *Faults) SyncDir(dir string) error {
	return f.call(Op{Kind: OpSyncDir, Name: dir}, func() error { return f.fs.SyncDir(dir) })
}

// Lock takes an exclusive lock.
func (f *Faults) Lock(name string) (io.Closer, error) {
	return faulty(f, Op{Kind: OpLock, Name: name}, func() (io.Closer, error) { return f.fs.Lock(name) })
}

type faultFile struct {
	File
	fs *Faults
}

func (f *faultFile) op(kind OpKind, off, length int64) Op {
	return Op{Kind: kind, Name: f.Name(), Offset: off, Length: length}
}

func (f *faultFile) ReadAt(p []byte, off int64) (int, error) {
	return faulty(f.fs, f.op(OpReadAt, off, int64(len(p))), func() (int, error) { return f.File.ReadAt(p, off) })
}

func (f *faultFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := faulty(f.fs, f.op(OpWriteAt, off, int64(len(p))), func() (int, error) { return f.File.WriteAt(p, off) })
	var short *shortError
	if n == 0 && errors.As(err, &short) {
		n, _ = f.File.WriteAt(p[:min(short.n, len(p))], off)
	}
	return n, err
}

func (f *faultFile) Sync() error {
	err := f.fs.call(f.op(OpSync, 0, 0), f.File.Sync)
	var gaveUp *forgetError
	if file, ok := f.File.(*memFile); ok && errors.As(err, &gaveUp) {
		file.forget()
	}
	return err
}

func (f *faultFile) Truncate(size int64) error {
	return f.fs.call(f.op(OpTruncate, 0, size), func() error { return f.File.Truncate(size) })
}

func (f *faultFile) Allocate(size int64) error {
	return f.fs.call(f.op(OpAllocate, 0, size), func() error { return f.File.Allocate(size) })
}

func (f *faultFile) Size() (int64, error) {
	return faulty(f.fs, f.op(OpSize, 0, 0), f.File.Size)
}
