package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"tailrace/internal/audit"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// RestoreOptions say what is restored where. Source and Dir are needed.
type RestoreOptions struct {
	Source, Dir string
	Progress    func(Progress) // nil: nobody hears
	Logger      *slog.Logger   // of the store while it is opened once; nil: nobody hears
}

// Restored is what a restore did.
type Restored struct {
	Manifest Manifest
	Recovery storage.Recovery
	Report   audit.Report // of the restored store
}

// Restore makes a store of a backup, in a directory that is empty or not there. Every file of the backup is checked before
// anything is written. The restored store is opened once, which replays its log, and then checked as a whole; what the report
// names is wrong with it all the same, but it can be used. After an error nothing is left in the directory.
//
// While it works, RESTORING stands in the directory and no server starts on it.
func Restore(ctx context.Context, o RestoreOptions) (Restored, error) {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	r, err := restore(ctx, o)
	if err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	return r, nil
}

func restore(ctx context.Context, o RestoreOptions) (r Restored, err error) {
	if r.Manifest, err = ReadManifest(o.Source); err != nil {
		return r, err
	}
	if err := checkFiles(ctx, &o, &r.Manifest); err != nil {
		return r, err
	}
	empty, err := isEmpty(o.Dir)
	if err != nil {
		return r, err
	}
	if !empty {
		return r, fmt.Errorf("%s is not empty: name a new directory, or move away what is in it", o.Dir)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, emptyDir(o.Dir))
		}
	}()
	if err := makeDir(o.Dir); err != nil {
		return r, err
	}
	marker := filepath.Join(o.Dir, storage.RestoringFile)
	if err := writeDurable(marker, nil); err != nil {
		return r, err
	}
	if err := vfs.OS().SyncDir(o.Dir); err != nil {
		return r, err
	}
	if err := putBack(ctx, &o, &r.Manifest); err != nil {
		return r, err
	}
	o.Progress(Progress{Stage: "opening"})
	if r.Recovery, err = openOnce(ctx, &o); err != nil {
		return r, err
	}
	r.Report, err = audit.Run(ctx, o.Dir, audit.Options{Progress: func(p audit.Progress) {
		o.Progress(Progress{Stage: "checking " + p.Stage, Done: p.Done, Total: p.Total})
	}})
	if err != nil {
		return r, err
	}
	return r, errors.Join(os.Remove(marker), vfs.OS().SyncDir(o.Dir))
}

// checkFiles reads every file of a backup and holds it against the manifest.
func checkFiles(ctx context.Context, o *RestoreOptions, m *Manifest) error {
	done, total := int64(0), m.Bytes()
	for _, f := range m.Files {
		in, err := os.Open(filepath.Join(o.Source, filepath.FromSlash(f.Stored)))
		if err != nil {
			return fmt.Errorf("the backup is incomplete: %w", err)
		}
		size, sum, err := pass(ctx, io.Discard, in, func(n int) {
			done += int64(n)
			o.Progress(Progress{Stage: "checking the backup", Done: done, Total: total})
		})
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
		if size != f.Size || sum != f.SHA256 {
			return fmt.Errorf("the backup is damaged: %s has %d bytes with another checksum than the %d bytes that were written: use another backup",
				filepath.Join(o.Source, filepath.FromSlash(f.Stored)), size, f.Size)
		}
	}
	return nil
}

// putBack copies the files into place, the catalog last.
func putBack(ctx context.Context, o *RestoreOptions, m *Manifest) error {
	dirs := []string{filepath.Join(o.Dir, storage.LogDir), filepath.Join(o.Dir, storage.SegmentDir), o.Dir}
	for _, dir := range dirs {
		if err := makeDir(dir); err != nil {
			return err
		}
	}
	files := slices.Clone(m.Files)
	slices.SortStableFunc(files, func(a, b File) int { return rank(a) - rank(b) })
	done, total := int64(0), m.Bytes()
	for _, f := range files {
		in, err := os.Open(filepath.Join(o.Source, filepath.FromSlash(f.Stored)))
		if err != nil {
			return err
		}
		mode := os.FileMode(secretMode)
		if filepath.Dir(f.Name) == storage.SegmentDir {
			mode = segmentMode
		}
		size, sum, err := copyDurable(ctx, filepath.Join(o.Dir, filepath.FromSlash(f.Name)), in, mode, func(n int) {
			done += int64(n)
			o.Progress(Progress{Stage: "copying", Done: done, Total: total})
		})
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
		if size != f.Size || sum != f.SHA256 {
			return fmt.Errorf("%s changed while it was copied", f.Stored)
		}
	}
	for _, dir := range dirs {
		if err := vfs.OS().SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func rank(f File) int {
	if f.Name == storage.CatalogFile {
		return 1
	}
	return 0
}

// openOnce opens the restored store as a server does, which replays the log into segments, and closes it.
func openOnce(ctx context.Context, o *RestoreOptions) (recovery storage.Recovery, err error) {
	cat, err := sqlite.Open(ctx, filepath.Join(o.Dir, storage.CatalogFile), sqlite.Options{})
	if err != nil {
		return recovery, err
	}
	defer func() { err = errors.Join(err, cat.Close()) }()
	engine, err := storage.Open(ctx, storage.Options{FS: vfs.OS(), Dir: o.Dir, Catalog: cat, Logger: o.Logger, Manual: true})
	if err != nil {
		return recovery, err
	}
	recovery = engine.Stats().Recovery
	return recovery, engine.Close()
}

// emptyDir takes back what a restore wrote that failed, the marker last.
func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != storage.RestoringFile && e.Name() != "lost+found" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	if gone := os.Remove(filepath.Join(dir, storage.RestoringFile)); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
