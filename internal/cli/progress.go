package cli

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far long work has come: one line that is written over on a terminal, and only its last state where the
// output goes to a file or a pipe, or a line every so often.
type progress struct {
	w        io.Writer
	terminal bool
	every    time.Duration // between lines where there is no terminal; 0: none
	last     time.Time
}

// lineEvery is how often work of minutes tells where it stands in a log.
const lineEvery = 5 * time.Second

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// show replaces the line, ten times a second at most; without a terminal it prints one when the time has come.
func (p *progress) show(format string, args ...any) {
	switch {
	case p.terminal && time.Since(p.last) >= 100*time.Millisecond:
		fmt.Fprintf(p.w, "\r\x1b[K%s", fmt.Sprintf(format, args...))
	case !p.terminal && p.every > 0 && time.Since(p.last) >= p.every:
		if p.last.IsZero() { // the first line comes after the first while
			break
		}
		fmt.Fprintf(p.w, format+"\n", args...)
	default:
		return
	}
	p.last = time.Now()
}

// clear takes the line away before something else is printed.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// done replaces the line for good.
func (p *progress) done(format string, args ...any) {
	p.clear()
	fmt.Fprintf(p.w, format+"\n", args...)
}
