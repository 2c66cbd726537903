package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"time"

	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// Options say what is backed up. Dir, Target and Now are needed.
type Options struct {
	Dir, Target string
	// WithoutKeyFile leaves the key file out: access keys that are in the catalog are sealed with it.
	WithoutKeyFile bool
	Program        string // what the manifest says made it
	Now            func() time.Time
	Progress       func(Progress) // nil: nobody hears
}

// Progress is how far it has come.
type Progress struct {
	Stage       string
	Done, Total int64 // bytes of files
}

// Result is what a backup did.
type Result struct {
	Manifest Manifest
	// Copied and Linked count segments that were new, and Kept those that the backup before had; CopiedBytes is what was
	// written, the log and the catalog included.
	Copied, Linked, Kept int
	CopiedBytes          int64
	// Problems are segments and files of the log that are missing or damaged in the store, with the reason. The backup is as
	// good as the store.
	Problems []string
}

// Run backs a store up. An error says that there is no new backup; the one before stays. snapshot.ErrNoStore, and a
// *sqlite.DamagedError if the catalog is damaged: it must not take the place of a sound one.
func Run(ctx context.Context, o Options) (_ Result, err error) {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	r := &run{o: o}
	r.result.Manifest = Manifest{Format: manifestFormat, Program: o.Program, Begun: o.Now().UTC()}
	if err := snapshot.Find(o.Dir); err != nil {
		return r.result, fmt.Errorf("backup: %w", err)
	}
	if r.target, err = openTarget(o.Target, o.Dir); err != nil {
		return r.result, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, r.target.unlock.Close()) }()
	if err := r.make(ctx); err != nil {
		return r.result, fmt.Errorf("backup: %w", err)
	}
	return r.result, nil
}

// run is a backup being made.
type run struct {
	o      Options
	target *target
	snap   *snapshot.Snapshot
	result Result
	own    string // its own directory, relative to the target's
	done   int64
	total  int64
}

func (r *run) make(ctx context.Context) (err error) {
	m := &r.result.Manifest
	m.Number = r.target.before.Number + 1
	r.own = numberDir(m.Number)
	scratch := r.path(r.own, "scratch")
	for _, dir := range []string{r.path(storage.SegmentDir), r.path(r.own), r.path(r.own, storage.LogDir), scratch} {
		if err := makeDir(dir); err != nil {
			return err
		}
	}
	r.o.Progress(Progress{Stage: "snapshot"})
	if r.snap, err = snapshot.Take(ctx, r.o.Dir, scratch); err != nil {
		return err
	}
	if err = r.snap.CheckCatalog(ctx); err == nil {
		err = r.copyAll(ctx)
	}
	if err = errors.Join(err, r.snap.Close(), os.RemoveAll(scratch)); err != nil {
		return err
	}
	for _, dir := range []string{r.path(storage.SegmentDir), r.path(r.own, storage.LogDir), r.path(r.own), r.path()} {
		if err := vfs.OS().SyncDir(dir); err != nil {
			return err
		}
	}
	m.Ended = r.o.Now().UTC()
	if err := m.write(r.target.dir); err != nil {
		return err
	}
	if err := errors.Join(r.target.sweep(m), r.target.sweepSegments(m)); err != nil {
		r.result.Problems = append(r.result.Problems, fmt.Sprintf("remove what the backup before needed: %v", err))
	}
	return nil
}

func (r *run) path(parts ...string) string {
	return filepath.Join(append([]string{r.target.dir}, parts...)...)
}

// copyAll copies what the snapshot holds. Segments come last: all that can change is behind it by then.
func (r *run) copyAll(ctx context.Context) error {
	m := &r.result.Manifest
	m.Flushed = r.snap.Flushed
	for i := range r.snap.Live {
		r.total += r.snap.Live[i].Size
	}
	f, err := os.Open(r.snap.CatalogFile)
	if err != nil {
		return err
	}
	err = r.copy(ctx, storage.CatalogFile, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := r.copyLog(ctx); err != nil {
		return err
	}
	if err := r.copyKeyFile(ctx); err != nil {
		return err
	}
	for i := range r.snap.Live {
		if err := r.segment(ctx, &r.snap.Live[i]); err != nil {
			return err
		}
	}
	return nil
}

// copy copies a file that belongs to this backup alone.
func (r *run) copy(ctx context.Context, name string, from io.Reader) error {
	stored := path.Join(r.own, name)
	size, sum, err := copyDurable(ctx, r.path(filepath.FromSlash(stored)), from, secretMode, func(int) {})
	if err != nil {
		return err
	}
	r.result.CopiedBytes += size
	r.result.Manifest.Files = append(r.result.Manifest.Files, File{Name: name, Stored: stored, Size: size, SHA256: sum})
	return nil
}

func (r *run) copyKeyFile(ctx context.Context) error {
	if r.o.WithoutKeyFile {
		return nil
	}
	f, err := os.Open(filepath.Join(r.o.Dir, storage.KeyFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return errors.Join(r.copy(ctx, storage.KeyFile, io.LimitReader(f, math.MaxUint16)), f.Close())
}
