package storage

import (
	"container/list"
	"errors"
	"io/fs"
	"path"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/storage/cache"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

// live is a segment that counts, or did when a scan that still reads it began.
type live struct {
	meta    catalog.Segment
	shape   compaction.Segment // what a plan sees of it; set when it becomes live
	fresh   bool               // a flush of this engine made it; set when it becomes live
	damaged atomic.Bool
	deleted time.Time // when deleted events were first seen in it; zero: none were. Guarded by mergeMu.

	opening sync.Mutex // held while the file is opened, by one scan for all

	// Guarded by readers.mu.
	refs    int // snapshots that may read it
	removed bool
	file    vfs.File
	reader  *segment.Reader
	weight  int64
	idle    *list.Element // open, and nobody reads it
}

// readers opens segment files and keeps a bounded number open that nobody reads at the moment. A segment that left the
// live set is closed and its file removed when the last snapshot that holds it is released.
type readers struct {
	fs     vfs.FS
	dir    string
	most   int // open files in idle
	shared segment.Shared
	warn   func(msg string, args ...any)

	mu     sync.Mutex
	idle   *list.List // of *live; the front was used last
	weight int64      // of idle
	closed bool
}

// Bounds of what idle readers take: the directory of a segment with very many streams is large.
const (
	runWeight     = 200
	maxIdleWeight = 32 << 20
)

func newReaders(o Options, pages *cache.Cache) *readers {
	return &readers{
		fs: o.FS, dir: path.Join(o.Dir, SegmentDir), most: o.MaxOpenSegments, warn: o.Logger.Warn, idle: list.New(),
		shared: segment.Shared{Pages: pages, Filters: cache.New(o.FilterBytes), Findings: segment.NewFindings(o.FindingBytes)},
	}
}

func (r *readers) path(object string) string { return path.Join(r.dir, object) }

// publish gives a finished file its name, durably.
func (r *readers) publish(temporary, object string) error {
	if err := r.fs.Rename(r.path(temporary), r.path(object)); err != nil {
		return err
	}
	return r.fs.SyncDir(r.dir)
}

// discard removes a file that is not, or no longer, live. What stays is removed at the next start.
func (r *readers) discard(object string) {
	if err := r.fs.Remove(r.path(object)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.warn("remove segment", "object", object, "error", err)
	}
}

// hold keeps segments readable until they are released.
func (r *readers) hold(l *live) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.refs++
	r.unidle(l)
}

func (r *readers) unidle(l *live) {
	if l.idle != nil {
		r.idle.Remove(l.idle)
		l.idle = nil
		r.weight -= l.weight
	}
}

// open gives the reader of a segment that the caller holds.
func (r *readers) open(l *live) (*segment.Reader, error) {
	l.opening.Lock()
	defer l.opening.Unlock()
	r.mu.Lock()
	reader := l.reader
	r.mu.Unlock()
	if reader != nil {
		return reader, nil
	}
	f, err := r.fs.Open(r.path(l.meta.Object))
	if err != nil {
		return nil, err
	}
	reader, err = segment.Open(f, l.meta.Size)
	if err == nil && !slices.EqualFunc(reader.Meta().Groups, l.meta.Groups, isSameGroup) {
		err = &segment.CorruptError{Object: f.Name(), Reason: "it holds other events than the catalog says: is it another segment?"}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	reader.Share(r.shared, uint64(l.meta.ID))
	r.mu.Lock()
	defer r.mu.Unlock()
	l.file, l.reader, l.weight = f, reader, runWeight*int64(len(reader.All()))
	return reader, nil
}

func isSameGroup(a segment.GroupMeta, b catalog.SegmentGroup) bool {
	return catalog.SegmentGroup(a) == b
}

// release ends a hold. The last one of a segment that was removed takes its file away, which may take the disk a while.
func (r *readers) release(l *live) {
	if r.let(l) {
		r.discard(l.meta.Object)
	}
}

// let ends a hold; true if the file is to go.
func (r *readers) let(l *live) (unused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.refs--
	if l.refs > 0 {
		return false
	}
	switch {
	case l.removed || r.closed:
		r.shut(l)
	case l.reader != nil:
		l.idle = r.idle.PushFront(l)
		r.weight += l.weight
		r.trim()
	}
	return l.removed
}

// trim closes what was not used for the longest time. The caller holds mu.
func (r *readers) trim() {
	for r.idle.Len() > r.most || r.weight > maxIdleWeight && r.idle.Len() > 1 {
		l := r.idle.Back().Value.(*live)
		r.unidle(l)
		r.shut(l)
	}
}

// shut closes the file of a segment that nobody holds. The caller holds mu.
func (r *readers) shut(l *live) {
	if l.file == nil {
		return
	}
	if err := l.file.Close(); err != nil {
		r.warn("close segment", "object", l.meta.Object, "error", err)
	}
	l.file, l.reader = nil, nil
}

// remove takes a segment out of use: its file goes with the last hold, of which the caller gets one.
func (r *readers) remove(l *live) {
	r.hold(l)
	r.mu.Lock()
	defer r.mu.Unlock()
	l.removed = true
}

// close closes all files that nobody reads, and the others when they are released.
func (r *readers) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for r.idle.Len() > 0 {
		l := r.idle.Back().Value.(*live)
		r.unidle(l)
		r.shut(l)
	}
}
