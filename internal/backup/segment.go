package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
)

const segmentMode = 0o640

// segment brings a segment into the backup: the one that is there already if it is the same, else a link or a copy.
func (r *run) segment(ctx context.Context, s *snapshot.Segment) error {
	m := &r.result.Manifest
	if s.File == nil {
		m.Missing = append(m.Missing, s.Object)
		r.result.Problems = append(r.result.Problems, fmt.Sprintf("segments/%s: %v", s.Object, s.Err))
		return nil
	}
	name := storage.SegmentDir + "/" + s.Object
	to := r.path(storage.SegmentDir, s.Object)
	if had, ok := r.target.before.find(name); ok {
		same, err := isSame(s, to)
		switch {
		case err == nil && same:
			m.Files = append(m.Files, had)
			r.result.Kept++
			r.step(s.Size)
			return nil
		case err == nil:
			return fmt.Errorf("%s is another segment than the store's of this name: the backups there are of another store, or the file is damaged; name another directory", to)
		case !errors.Is(err, os.ErrNotExist):
			return err
		}
	}
	f, err := r.add(ctx, s, to)
	if err != nil {
		return err
	}
	m.Files = append(m.Files, f)
	return r.check(ctx, s)
}

// add links or copies a segment and reads it for its checksum. The file gets its name when it is whole.
func (r *run) add(ctx context.Context, s *snapshot.Segment, to string) (f File, err error) {
	f = File{Name: storage.SegmentDir + "/" + s.Object, Stored: storage.SegmentDir + "/" + s.Object}
	whole := io.NewSectionReader(s.File, 0, s.Size)
	unfinished := to + ".tmp"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
		return f, err
	}
	if os.Link(filepath.Join(r.o.Dir, storage.SegmentDir, s.Object), unfinished) == nil {
		r.result.Linked++
		f.Size, f.SHA256, err = pass(ctx, io.Discard, whole, r.read)
	} else { // another file system, or the server has removed the name by now
		r.result.Copied++
		f.Size, f.SHA256, err = copyDurable(ctx, unfinished, whole, segmentMode, r.read)
		r.result.CopiedBytes += f.Size
	}
	if err != nil {
		return f, err
	}
	return f, os.Rename(unfinished, to)
}

func (r *run) read(n int) { r.step(int64(n)) }

func (r *run) step(n int64) {
	r.done += n
	r.o.Progress(Progress{Stage: "segments", Done: r.done, Total: r.total})
}

// check verifies a segment that is new in the backup: damage is told, and the backup goes on.
func (r *run) check(ctx context.Context, s *snapshot.Segment) error {
	reader, err := segment.Open(s.File, s.Size)
	if err == nil {
		err = reader.Verify(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.result.Problems = append(r.result.Problems, fmt.Sprintf("segments/%s: %v", s.Object, err))
	}
	return nil
}

// tailBytes is how much of the ends of two segments is compared. A segment ends with its directory, which has a checksum of each
// page and the ids of its events, and the checksums of both: what ends alike is alike.
const tailBytes = 64 << 10

// isSame tells whether a file of the backup is the store's segment.
func isSame(s *snapshot.Segment, there string) (bool, error) {
	f, err := os.Open(there)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil || info.Size() != s.Size {
		return false, err
	}
	n := min(s.Size, tailBytes)
	a, b := make([]byte, n), make([]byte, n)
	if _, err := f.ReadAt(a, s.Size-n); err != nil {
		return false, err
	}
	if _, err := s.File.ReadAt(b, s.Size-n); err != nil {
		return false, err
	}
	return bytes.Equal(a, b), nil
}
