package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// Outdated tells what shows that a catalog is older than the segments and the log in a directory, empty if nothing does: a segment
// whose id it has not given, or one of a flush that it does not know though the log is cut for it. A start would not serve
// these; Rebuild finds out which segments count. positions reads the last id of a segment that the catalog gave, and its flushed
// position: after a look at the files, so that a server that writes them meanwhile shows nothing.
func Outdated(ctx context.Context, fsys vfs.FS, dir string, c catalog.Segments, positions func() (catalog.SegmentID, uint64, error)) (string, error) {
	names, err := fsys.List(path.Join(dir, SegmentDir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("look for segments: %w", err)
	}
	log, err := wal.OpenView(fsys, path.Join(dir, LogDir))
	if err != nil {
		return "", err
	}
	first := firstRecord(log)
	if err := log.Close(); err != nil {
		return "", err
	}
	given, flushed, err := positions()
	if err != nil {
		return "", err
	}
	objects := map[string]bool{}
	for _, name := range names {
		if id, finished, ok := ParseObject(name); ok && finished {
			objects[name] = true
			if id > given {
				return fmt.Sprintf("it has given ids up to %d, and there is the segment %s", given, name), nil
			}
		}
	}
	if first > 0 && first <= flushed+1 {
		return "", nil // a flush that was cut short is in the log
	}
	live, _, err := c.LiveSegments(ctx)
	if err != nil {
		return "", fmt.Errorf("live segments: %w", err)
	}
	for i := range live {
		delete(objects, live[i].Object)
	}
	for object := range objects {
		if newer, err := hasNewer(ctx, fsys, path.Join(dir, SegmentDir, object), flushed); err != nil {
			return "", err
		} else if newer {
			return fmt.Sprintf("it says that events up to %d were flushed, and the segment %s has later ones", flushed, object), nil
		}
	}
	return "", nil
}

// hasNewer tells whether a segment has events beyond a position of the log, as far as it can be read.
func hasNewer(ctx context.Context, fsys vfs.FS, name string, position uint64) (newer bool, err error) {
	f, err := fsys.Open(name)
	if isMissing(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return false, err
	}
	r, err := segment.Open(f, size)
	if isDamage(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	c := idCursor{ctx: ctx, cursor: r.ScanAll(segment.Query{Range: logs.AllTime, Columns: column.ID}, nil)}
	defer c.close()
	for {
		if ok, err := c.next(); !ok || err != nil {
			return false, err
		}
		if c.id().Request > position {
			return true, nil
		}
	}
}
