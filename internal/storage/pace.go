package storage

import (
	"context"
	"runtime"
	"time"

	"tailrace/internal/vfs"
)

const (
	// paceStretch is how long a merge works between two looks at what else goes on, about: what is packed, compared or read between two
	// calls of step takes up to a millisecond.
	paceStretch = 500 * time.Microsecond
	// paceMost bounds what counts as one stretch: a disk may have taken most of a long one.
	paceMost = 10 * paceStretch
	// paceRest is how many times as long as it worked a merge rests while appends come.
	paceRest = 3
	// paceIdle is how long no append means that none come.
	paceIdle = 50 * time.Millisecond
	// syncBytes is how many bytes of a segment are written between two syncs: a sync of the log that comes at the same time
	// waits for no more than that.
	syncBytes = 4 << 20
)

// pace keeps a merge out of the way of appends. Its stretches are short, because goroutines take turns: an append that is to go on
// waits until the one before it stops, and the runtime stops none in the first ten milliseconds. While appends come the merge rests
// longer than it works, the less the more segments wait for their merge. A flush has no pace: appends may have to wait for it, and
// what lengthens it lengthens that.
type pace struct {
	e       *Engine
	ctx     context.Context // of the one merge
	began   time.Time       // the stretch
	heard   time.Time       // of the last append
	batches int64           // as of the last look
}

func (e *Engine) newPace(ctx context.Context) *pace {
	return &pace{e: e, ctx: ctx, batches: e.counters.batches.Load()}
}

// step is called between two small pieces of work, and may rest. It gives the context's error.
func (p *pace) step() error {
	now := time.Now() //nolint:forbidigo // a pace is of the real clock
	worked := now.Sub(p.began)
	if worked < paceStretch {
		return p.ctx.Err()
	}
	if batches := p.e.counters.batches.Load(); batches != p.batches {
		p.batches, p.heard = batches, now
	}
	if rest := p.rest(worked); rest > 0 && now.Sub(p.heard) < paceIdle {
		select {
		case <-p.ctx.Done():
		case <-time.After(rest):
		}
	} else {
		runtime.Gosched()
	}
	p.began = time.Now() //nolint:forbidigo // as above
	return p.ctx.Err()
}

// rest is how long to rest from a stretch while appends come.
func (p *pace) rest(worked time.Duration) time.Duration {
	pressing := p.e.pressing()
	return paceRest * min(worked, paceMost) * time.Duration(pressing-p.e.waiting.Load()) / time.Duration(pressing)
}

// yield is step for who cannot stop: whoever calls it soon calls step.
func (p *pace) yield() { _ = p.step() }

// pacedFile is a file that is read at a pace.
type pacedFile struct {
	vfs.File
	pace *pace
}

func (f *pacedFile) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(b, offset)
	if err != nil {
		return n, err
	}
	return n, f.pace.step()
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
