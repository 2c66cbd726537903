package storage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"tailrace/internal/catalog"
)

const (
	segmentSuffix    = ".parquet"
	unfinishedSuffix = ".tmp"
)

func objectName(id catalog.SegmentID) string { return fmt.Sprintf("%016d%s", id, segmentSuffix) }

// parseObject is the id of the segment that a file is, finished or not; false for a file that no store made.
func parseObject(name string) (id catalog.SegmentID, finished, ok bool) {
	object := strings.TrimSuffix(name, unfinishedSuffix)
	n, err := strconv.ParseUint(strings.TrimSuffix(object, segmentSuffix), 10, 64)
	id = catalog.SegmentID(n)
	return id, object == name, err == nil && object == objectName(id)
}

// clearFiles removes files of segments that are not live: flushes and rewrites that a crash cut short, whose events are
// in the log or in the segments they were to replace. A segment with an id that this catalog has not given is none of
// those: the catalog was put back from a backup, say. It goes to the quarantine and is reported; so does every finished one while
// live segments are damaged or missing, for it may be what took their place.
func (e *Engine) clearFiles(ctx context.Context, segments []catalog.Segment) {
	names, err := e.o.FS.List(e.readers.dir)
	if err != nil {
		e.o.Logger.Warn("look for unfinished segments", "error", err)
	}
	wanted := map[string]bool{}
	for i := range segments {
		wanted[segments[i].Object] = true
	}
	damaged := false
	for _, l := range e.live {
		damaged = damaged || l.damaged.Load()
	}
	next := catalog.SegmentID(0) // not asked for yet
	for _, name := range names {
		id, finished, ours := parseObject(name)
		if wanted[name] || !ours {
			continue
		}
		if finished && next == 0 {
			if next, err = e.o.Catalog.NextSegment(ctx); err != nil {
				e.o.Logger.Warn("remove unfinished segments", "error", err)
				return
			}
		}
		if finished && (id >= next || damaged) {
			e.putAway(name)
			continue
		}
		if err := e.o.FS.Remove(e.readers.path(name)); err != nil {
			e.o.Logger.Warn("remove unfinished segment", "object", name, "error", err)
			continue
		}
		e.recovery.Orphans++
	}
}

// putAway moves a segment that the catalog knows nothing of into the quarantine.
func (e *Engine) putAway(name string) {
	dir := path.Join(e.o.Dir, QuarantineDir)
	err := e.o.FS.MkdirAll(dir)
	if err == nil {
		err = e.o.FS.Rename(e.readers.path(name), path.Join(dir, name))
	}
	err = errors.Join(err, e.o.FS.SyncDir(e.o.Dir), e.o.FS.SyncDir(dir), e.o.FS.SyncDir(e.readers.dir))
	e.damage.note(name, "segment that the catalog knows nothing of")
	e.o.Logger.Error("segment that the catalog knows nothing of: is the catalog an old copy?", "object", name, "moved_to", dir, "error", err)
}
