package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"tailrace/internal/storage"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/wal"
)

// errNewer ends a walk over the log where it is newer than the catalog.
var errNewer = errors.New("record of a stream that the catalog does not have yet")

// copyLog copies the log from the flushed position to its end, or to the first record of a stream that was made after the catalog
// was copied: a restored store would give that stream's id to another one. All that was acknowledged before the snapshot began,
// and all that the catalog's statistics count, lies before that record.
func (r *run) copyLog(ctx context.Context) error {
	m := &r.result.Manifest
	m.Last = r.snap.Flushed
	var lastFile string
	var end int64
	states, err := r.snap.Log.Walk(func(rec wal.Record) error {
		if run, err := head.Decode(rec.Payload); err == nil && uint64(run.Stream) > r.snap.Streams() {
			return errNewer
		}
		lastFile, end = rec.File, rec.End()
		m.Last = max(m.Last, rec.Sequence)
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, errNewer) {
		return err
	}
	for i := range states {
		if s := &states[i]; s.Damage != nil {
			r.result.Problems = append(r.result.Problems, fmt.Sprintf("wal/%s: %d bytes from byte %d on are unreadable", s.Name, s.Damage.Bytes, s.Damage.Offset))
		}
	}
	if m.Last <= r.snap.Flushed {
		return nil // nothing in it is needed
	}
	files := r.snap.Log.Files()
	for i, f := range files {
		if f.First == 0 || f.Name != lastFile && i+1 < len(files) && files[i+1].First != 0 && files[i+1].First <= r.snap.Flushed+1 {
			continue // nothing in it is needed
		}
		size := f.Bytes
		if f.Name == lastFile {
			size = end
		}
		if err := r.copy(ctx, path.Join(storage.LogDir, f.Name), io.NewSectionReader(f.File, 0, size)); err != nil {
			return err
		}
		if f.Name == lastFile {
			return nil
		}
	}
	return nil
}
