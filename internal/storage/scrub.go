package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// Scrubbing reads live segments again, slowly, and reports those that are not as they were written. A pass goes over the live
// set in order of ids, so that what was looked at longest ago comes first; where it stands is kept in DIR/scrub, so that it
// goes on after a restart and the end of the list has its turn however often a server is started. Segments that came after a
// pass began, which were read when they were written, wait for the next.

const (
	scrubFile = "scrub"
	scrubTick = time.Minute
	// scrubNap is how far ahead of its rate a scrub may read before it waits.
	scrubNap = 20 * time.Millisecond
)

// scrubState is where the background's pass stands.
type scrubState struct {
	began  int64             // epoch milliseconds; 0: there never was a pass
	after  catalog.SegmentID // the last one that was read
	before catalog.SegmentID // where the pass ends; 0: it has come to its end
}

// Scrub reads all live segments now, as fast as it can, and returns the names of those that are damaged; they are reported
// like other damage too. The error says that not all could be read.
func (e *Engine) Scrub(ctx context.Context) (damaged []string, err error) {
	for _, id := range e.liveIDs() {
		object, sound, err := e.scrubSegment(ctx, id, 0)
		if err != nil {
			return damaged, fmt.Errorf("scrub: %w", err)
		}
		if !sound {
			damaged = append(damaged, object)
		}
	}
	return damaged, nil
}

func (e *Engine) liveIDs() []catalog.SegmentID {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Sorted(maps.Keys(e.live))
}

// scrub goes on with the pass that is on its way, or begins the next when its time has come.
func (e *Engine) scrub(ctx context.Context) error {
	s := e.loadScrub()
	for {
		ids := e.liveIDs()
		at, _ := slices.BinarySearch(ids, s.after+1)
		if at == len(ids) || ids[at] >= s.before {
			if s.before != 0 {
				e.counters.scrubPasses.Add(1)
				s.before = 0
				e.saveScrub(s)
			}
			if age := e.o.Now().UnixMilli() - s.began; s.began != 0 && age >= 0 && age < e.o.ScrubEvery.Milliseconds() || len(ids) == 0 {
				return nil
			}
			s = scrubState{began: e.o.Now().UnixMilli(), before: ids[len(ids)-1] + 1}
			continue
		}
		if _, _, err := e.scrubSegment(ctx, ids[at], e.o.ScrubRate); err != nil {
			return err
		}
		s.after = ids[at]
		e.saveScrub(s)
	}
}

// scrubSegment reads a segment, at so many bytes a second (0: no bound); true if it is sound or no longer live. It has a file
// handle of its own, which no search waits for.
func (e *Engine) scrubSegment(ctx context.Context, id catalog.SegmentID, rate int64) (object string, sound bool, err error) {
	l := e.hold(id)
	if l == nil {
		return "", true, nil
	}
	defer e.readers.release(l)
	f, err := e.o.FS.Open(e.readers.path(l.meta.Object))
	switch {
	case err == nil:
		err = errors.Join(readAgain(ctx, f, l.meta.Size, rate), f.Close())
	case !isMissing(err):
		return l.meta.Object, true, err // too many open files, say: nothing that says a word about this one
	}
	if ctx.Err() != nil {
		return l.meta.Object, true, ctx.Err()
	}
	e.counters.scrubbed.Add(1)
	e.counters.scrubbedBytes.Add(l.meta.Size)
	if err != nil {
		// What a disk cannot read is as bad as what is wrong, and nobody else may ever read it.
		e.broken(l, err)
	}
	return l.meta.Object, err == nil, nil
}

func readAgain(ctx context.Context, f vfs.File, size, rate int64) error {
	r, err := segment.Open(&paced{File: f, ctx: ctx, rate: rate, began: time.Now()}, size) //nolint:forbidigo // a pace is of the real clock
	if err != nil {
		return err
	}
	return r.Verify(ctx)
}

// paced is a file that is read at so many bytes a second.
type paced struct {
	vfs.File
	ctx   context.Context // of the one pass over the file
	rate  int64
	began time.Time
	read  int64
}

// ReadAt implements segment.File.
func (f *paced) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	f.read += int64(n)
	if f.rate <= 0 {
		return n, err
	}
	due := time.Duration(float64(f.read) / float64(f.rate) * float64(time.Second))
	if ahead := due - time.Since(f.began); ahead > scrubNap {
		timer := time.NewTimer(ahead)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-f.ctx.Done():
			return 0, f.ctx.Err()
		}
	}
	return n, err
}

// loadScrub reads where the last process left off. Without that a pass begins.
func (e *Engine) loadScrub() (s scrubState) {
	f, err := e.o.FS.Open(path.Join(e.o.Dir, scrubFile))
	if err != nil {
		return scrubState{}
	}
	defer f.Close()
	b := make([]byte, 100)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return scrubState{}
	}
	if _, err := fmt.Sscanf(string(b[:n]), "1 %d %d %d\n", &s.began, &s.after, &s.before); err != nil {
		return scrubState{}
	}
	return s
}

// saveScrub writes where the pass stands. Nothing is synced: what a crash takes is read once more.
func (e *Engine) saveScrub(s scrubState) {
	name := path.Join(e.o.Dir, scrubFile)
	f, err := e.o.FS.Create(name + unfinishedSuffix)
	if err == nil {
		_, err = f.WriteAt(fmt.Appendf(nil, "1 %d %d %d\n", s.began, s.after, s.before), 0)
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = e.o.FS.Rename(name+unfinishedSuffix, name)
	}
	if err != nil {
		e.o.Logger.Warn("storage: note how far the scrub came", "error", err)
	}
}
