package cli

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far long work has come: one line that is written over on a terminal, and only its last state where the
// output goes to a file or a pipe.
type progress struct {
	w        io.Writer
	terminal bool
	last     time.Time
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// show replaces the line, ten times a second at most.
func (p *progress) show(format string, args ...any) {
	if !p.terminal || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	fmt.Fprintf(p.w, "\r\x1b[K%s", fmt.Sprintf(format, args...))
}

// done replaces the line for good.
func (p *progress) done(format string, args ...any) {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, format+"\n", args...)
}
