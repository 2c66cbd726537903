package vfs

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// fallocKeepSize is FALLOC_FL_KEEP_SIZE of fallocate(2).
const fallocKeepSize = 1

// syncData is fdatasync: content and size, without the times that File.Sync would also have to journal.
func syncData(f *os.File) error {
	return control(f, "fdatasync", syscall.Fdatasync)
}

func allocate(f *os.File, size int64) error {
	err := control(f, "fallocate", func(fd int) error { return syscall.Fallocate(fd, fallocKeepSize, 0, size) })
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}

// control calls a system call that os.File has no method for, again while signals interrupt it.
func control(f *os.File, op string, call func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		for failed = syscall.EINTR; failed == syscall.EINTR; { //nolint:errorlint // a bare errno
			failed = call(int(fd))
		}
	})
	if err != nil { // Control's only reason
		return &os.PathError{Op: op, Path: f.Name(), Err: os.ErrClosed}
	}
	if failed != nil {
		return &os.PathError{Op: op, Path: f.Name(), Err: failed}
	}
	return nil
}
