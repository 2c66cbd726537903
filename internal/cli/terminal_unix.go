//go:build linux || darwin || freebsd || netbsd || openbsd

package cli

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// terminalWidth is the width of the terminal that w is, in characters; 0 if it is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	var size struct{ rows, columns, x, y uint16 }
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))); failed != 0 {
		return 0
	}
	return int(size.columns)
}
