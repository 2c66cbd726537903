package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// ErrNoStore says that a directory is none of a store.
var ErrNoStore = errors.New("no data directory of a server")

// errBusy says that flushes and compactions left no moment for a snapshot.
var errBusy = errors.New("the store changes faster than a snapshot can be taken: try again when less is written")

// tries is how often a snapshot is begun: each needs no flush to end and no compaction to remove a file for as long as it takes
// to copy the catalog and open the files.
const tries = 50

// Segment is a segment of the live set.
type Segment struct {
	catalog.Segment
	// File is open for reading; nil if Err says why not.
	File vfs.File
	Err  error
}

// Snapshot is a store as it was.
type Snapshot struct {
	Dir string
	// Catalog is a copy of the catalog's content for reading; CatalogFile is another one, which nobody opens: in the form in
	// which the server left it, of an older version of the tables perhaps.
	Catalog     *sqlite.Catalog
	CatalogFile string
	Counters    map[string]uint64
	// Flushed is the position of the log up to which every event is in Live.
	Flushed uint64
	Live    []Segment
	// Files are the names in the directory of segments as they were before the catalog was copied: a finished segment among them
	// has an id that the catalog has given.
	Files []string
	Log   *wal.View

	missing []string // of Live
}

// Find looks for the store in a directory. ErrNoStore, or a *sqlite.DamagedError if its catalog is missing or empty though there
// are events, where SQLite would begin an empty one.
func Find(dir string) error {
	file := filepath.Join(dir, storage.CatalogFile)
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(file + suffix); err == nil && info.Size() > 0 {
			return nil // SQLite says what it is
		}
	}
	for _, events := range []string{filepath.Join(storage.SegmentDir, "*.parquet"), filepath.Join(storage.LogDir, "*.wal")} {
		found, err := filepath.Glob(filepath.Join(dir, events))
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return &sqlite.DamagedError{File: file, Err: fmt.Errorf("it is missing or empty though there is %s", events)}
		}
	}
	return fmt.Errorf("%s: %w", dir, ErrNoStore)
}

// Take takes a snapshot of the store in dir. Scratch is a directory for copies of the catalog, which are the caller's to remove.
// Segments that are missing though the catalog counts them stand in Live with their errors. Errors are also those of Find.
func Take(ctx context.Context, dir, scratch string) (*Snapshot, error) {
	if err := Find(dir); err != nil {
		return nil, err
	}
	var missing []string
	for range tries {
		s, err := try(ctx, dir, scratch)
		switch {
		case errors.Is(err, wal.ErrReplaced):
			continue
		case err != nil:
			return nil, err
		case s == nil:
			continue
		case len(s.missing) == 0 || slices.Equal(s.missing, missing):
			return s, nil
		}
		missing = s.missing
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s: %w", dir, errBusy)
}

// try takes a snapshot; nil if the log was cut meanwhile.
func try(ctx context.Context, dir, scratch string) (_ *Snapshot, err error) {
	s := &Snapshot{Dir: dir, CatalogFile: filepath.Join(scratch, storage.CatalogFile)}
	whole := false
	defer func() {
		if !whole {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.Log, err = wal.OpenView(vfs.OS(), filepath.Join(dir, storage.LogDir)); err != nil {
		return nil, err
	}
	s.Files, err = vfs.OS().List(filepath.Join(dir, storage.SegmentDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	if err := s.copyCatalog(ctx, scratch); err != nil {
		return nil, err
	}
	if err := s.Log.Refresh(); err != nil {
		return nil, err
	}
	if covered, err := s.covered(ctx); err != nil || !covered {
		return nil, err
	}
	if err := s.openSegments(ctx); err != nil {
		return nil, err
	}
	whole = true
	return s, nil
}

// copyCatalog copies the catalog twice, once to keep and once to read: opening it may bring its tables up to date.
func (s *Snapshot) copyCatalog(ctx context.Context, scratch string) error {
	if err := sqlite.Copy(ctx, filepath.Join(s.Dir, storage.CatalogFile), s.CatalogFile); err != nil {
		return err
	}
	reading := filepath.Join(scratch, "reading.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(reading + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := sqlite.Copy(ctx, s.CatalogFile, reading); err != nil {
		return err
	}
	var err error
	if s.Catalog, err = sqlite.Open(ctx, reading, sqlite.Options{}); err != nil {
		if d, ok := errors.AsType[*sqlite.DamagedError](err); ok {
			return &sqlite.DamagedError{File: filepath.Join(s.Dir, storage.CatalogFile), Err: d.Err} // not the copy
		}
		return err
	}
	counters, err := s.Catalog.Counters(ctx)
	if err != nil {
		return err
	}
	s.Counters = map[string]uint64{}
	for _, c := range counters {
		s.Counters[c.Name] = c.Value
	}
	s.Flushed = s.Counters["flushed"]
	return nil
}

// CheckCatalog is a *sqlite.DamagedError if SQLite finds something wrong with the catalog.
func (s *Snapshot) CheckCatalog(ctx context.Context) error {
	found, err := sqlite.Check(ctx, s.CatalogFile)
	if err == nil && len(found) > 0 {
		err = &sqlite.DamagedError{File: filepath.Join(s.Dir, storage.CatalogFile), Err: errors.New(found[0])}
	}
	return err
}

// covered tells whether the log has every record beyond the copy's flushed position that there was when it was looked at last.
// It has if its files begin there or before, the last of them is still there and none between them is missing, for files are cut
// oldest first; or if nothing was flushed since the catalog was copied, for then nothing beyond that position was cut.
func (s *Snapshot) covered(ctx context.Context) (bool, error) {
	files := slices.DeleteFunc(s.Log.Files(), func(f wal.Held) bool { return f.First == 0 })
	if n := len(files); n > 0 && files[0].First <= s.Flushed+1 && files[n-1].Number-files[0].Number == uint64(n-1) {
		if _, err := os.Stat(filepath.Join(s.Dir, storage.LogDir, files[n-1].Name)); err == nil {
			return true, nil
		}
	}
	flushed, err := sqlite.Flushed(ctx, filepath.Join(s.Dir, storage.CatalogFile))
	return flushed == s.Flushed, err
}

// openSegments opens the live set.
func (s *Snapshot) openSegments(ctx context.Context) error {
	live, flushed, err := s.Catalog.LiveSegments(ctx)
	if err != nil {
		return err
	}
	s.Flushed = flushed
	for i := range live {
		f, err := vfs.OS().Open(filepath.Join(s.Dir, storage.SegmentDir, live[i].Object))
		switch {
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
			return fmt.Errorf("%d segments are to be held open: allow more open files (ulimit -n): %w", len(live), err)
		case err != nil:
			f = nil
			s.missing = append(s.missing, live[i].Object)
		}
		s.Live = append(s.Live, Segment{Segment: live[i], File: f, Err: err})
	}
	return nil
}

// Close gives everything up but the copies of the catalog.
func (s *Snapshot) Close() error {
	var errs []error
	for i := range s.Live {
		if f := s.Live[i].File; f != nil {
			errs = append(errs, f.Close())
		}
	}
	if s.Log != nil {
		errs = append(errs, s.Log.Close())
	}
	if s.Catalog != nil {
		errs = append(errs, s.Catalog.Close())
	}
	return errors.Join(errs...)
}

// LiveObjects are the names of the live set's files.
func (s *Snapshot) LiveObjects() map[string]bool {
	names := map[string]bool{}
	for i := range s.Live {
		names[s.Live[i].Object] = true
	}
	return names
}

// Streams is the number of streams that the catalog had given ids: one with a greater id was made later.
func (s *Snapshot) Streams() uint64 { return s.Counters["stream"] }
