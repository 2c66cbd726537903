package storage

import (
	"context"
	"runtime"
	"time"

	"tailrace/internal/vfs"
)

const (
	// paceBytes is how many message bytes a merge handles between two looks at what else goes on, at least: a block or two, about a millisecond.
	paceBytes = 128 << 10
	// paceSleep is how long it then sleeps if appends come and nothing presses.
	paceSleep = 4 * time.Millisecond
	// paceIdle is how many looks without an append mean that none come: 50 milliseconds.
	paceIdle = 16
	// syncBytes is how many bytes of a segment are written between two syncs: a sync of the log that comes at the same time
	// waits for no more than that.
	syncBytes = 4 << 20
)

// pace keeps a merge out of the way of appends: while they come it sleeps most of the time, the less the more segments
// wait for their merge; when none come it does not sleep.
type pace struct {
	e       *Engine
	bytes   int64 // since the last look
	batches int64 // as of the last look
	idle    int   // looks since appends came
}

// step counts bytes that were handled, and may wait. It gives the context's error.
func (p *pace) step(ctx context.Context, bytes int64) error {
	if p.bytes += bytes; p.bytes < paceBytes {
		return ctx.Err()
	}
	p.bytes = 0
	runtime.Gosched()
	before := p.batches
	p.batches = p.e.counters.batches.Load()
	if p.idle++; p.batches != before {
		p.idle = 0
	}
	sleep := paceSleep - paceSleep*time.Duration(p.e.waiting.Load())/time.Duration(p.e.pressing())
	if p.idle >= paceIdle || sleep <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
	case <-time.After(sleep):
	}
	return ctx.Err()
}

// packed is how many message bytes a byte of a segment is, about.
const packed = 6

// pacedFile is a file that is read at a pace.
type pacedFile struct {
	vfs.File
	ctx  context.Context
	pace *pace // nil: as fast as it goes
}

func (f *pacedFile) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(b, offset)
	if err != nil || f.pace == nil {
		return n, err
	}
	return n, f.pace.step(f.ctx, packed*int64(n))
}

// pressing is how many segments of flushes that wait for a merge make merges go as fast as they can. At twice as many appends
// wait. What an earlier run left, or merges made, does not count: the most inputs are merged first, so that the backlog has its turns,
// and however large it is appends wait for no more of it than that.
func (e *Engine) pressing() int64 { return 4 * int64(e.o.Compaction.FanOut) }

// isBehind tells whether merges cannot keep up with flushes. One that fails holds up nobody: on a full disk events are
// taken as long as there is room for them.
func (e *Engine) isBehind() bool {
	return e.waiting.Load() >= 2*e.pressing() && !e.mergeFails.Load()
}
