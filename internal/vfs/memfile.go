package vfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"sync/atomic"
	"syscall"
)

// write is one change of a file's content: bytes at an offset or, without bytes, a new size.
type write struct {
	off  int64
	data []byte // nil: the size becomes off
	// forgotten: the system gave the bytes up, no Sync will write them. The size that they gave the file stays.
	forgotten bool
}

// sync does the write to content as a Sync would.
func (w write) sync(content []byte) []byte {
	if !w.forgotten {
		return w.apply(content)
	}
	return sized(content, max(int64(len(content)), w.off+int64(len(w.data))))
}

// apply does the write to content as a file system would: a gap reads as zeros.
func (w write) apply(content []byte) []byte {
	if w.data == nil {
		return sized(content, w.off)
	}
	if end := w.off + int64(len(w.data)); end > int64(len(content)) {
		content = sized(content, end)
	}
	copy(content[w.off:], w.data)
	return content
}

// sized cuts content or fills it up with zeros.
func sized(content []byte, size int64) []byte {
	if old := int64(len(content)); size > old {
		if size > int64(cap(content)) {
			content = append(make([]byte, 0, max(size, old+old/2)), content...)
		}
		content = content[:size]
		clear(content[old:])
	}
	return content[:size]
}

// do changes the content now and durably with the next Sync; m.mu is held.
func (m *Mem) do(n *node, w write) {
	old := len(n.data)
	n.data = w.apply(n.data)
	n.pending = append(n.pending, w)
	if n.linked {
		m.used += int64(len(n.data) - old)
	}
}

func (m *Mem) resize(n *node, size int64) {
	if size != int64(len(n.data)) {
		m.do(n, write{off: size})
	}
}

// room is by how many bytes a file may grow.
func (m *Mem) room() int64 {
	if m.space < 0 {
		return math.MaxInt64
	}
	return max(0, m.space-m.used)
}

type memFile struct {
	fs       *Mem
	node     *node
	name     string
	writable bool
	closed   atomic.Bool
}

func (f *memFile) Name() string { return f.name }

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.usable("read", off); err != nil {
		return 0, err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if off >= int64(len(f.node.data)) && len(p) > 0 {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[min(off, int64(len(f.node.data))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.mayWrite("write", off); err != nil {
		return 0, err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	fits := int64(len(p))
	if size := int64(len(f.node.data)); off+fits-size > f.fs.room() {
		fits = max(0, min(fits, size+f.fs.room()-off))
	}
	if fits > 0 {
		f.fs.do(f.node, write{off: off, data: bytes.Clone(p[:fits])})
	}
	if int(fits) < len(p) {
		return int(fits), pathError("write", f.name, &noSpaceError{syscall.ENOSPC})
	}
	return len(p), nil
}

func (f *memFile) Truncate(size int64) error {
	if err := f.mayWrite("truncate", size); err != nil {
		return err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if size-int64(len(f.node.data)) > f.fs.room() {
		return pathError("truncate", f.name, &noSpaceError{syscall.ENOSPC})
	}
	f.fs.resize(f.node, size)
	return nil
}

// Allocate only checks for room: space is counted when it is used.
func (f *memFile) Allocate(size int64) error {
	if err := f.mayWrite("allocate", size); err != nil {
		return err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if size-int64(len(f.node.data)) > f.fs.room() {
		return pathError("allocate", f.name, &noSpaceError{syscall.ENOSPC})
	}
	return nil
}

func (f *memFile) Sync() error {
	if err := f.usable("sync", 0); err != nil {
		return err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	for _, w := range f.node.pending {
		f.node.synced = w.sync(f.node.synced)
	}
	f.node.pending = nil
	return nil
}

// forget marks what is not synced as given up.
func (f *memFile) forget() {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	for i := range f.node.pending {
		w := &f.node.pending[i]
		w.forgotten = w.data != nil
	}
}

func (f *memFile) Size() (int64, error) {
	if err := f.usable("stat", 0); err != nil {
		return 0, err
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return int64(len(f.node.data)), nil
}

func (f *memFile) Close() error {
	if f.closed.Swap(true) {
		return pathError("close", f.name, fs.ErrClosed)
	}
	return nil
}

func (f *memFile) usable(op string, off int64) error {
	if f.closed.Load() {
		return pathError(op, f.name, fs.ErrClosed)
	}
	if off < 0 {
		return pathError(op, f.name, errors.New("negative offset"))
	}
	return nil
}

func (f *memFile) mayWrite(op string, off int64) error {
	if err := f.usable(op, off); err != nil {
		return err
	}
	if !f.writable {
		return pathError(op, f.name, syscall.EBADF)
	}
	return nil
}
