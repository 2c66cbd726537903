package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// store is an open store in a directory of the system, of one group.
type store struct {
	t       *testing.T
	dir     string
	catalog *sqlite.Catalog
	engine  *storage.Engine
	group   catalog.Group
	next    int64
}

func open(t *testing.T, dir string) *store {
	t.Helper()
	cat, err := sqlite.Open(t.Context(), filepath.Join(dir, storage.CatalogFile), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &store{t: t, dir: dir, catalog: cat}
	s.engine, err = storage.Open(t.Context(), storage.Options{FS: vfs.OS(), Dir: dir, Catalog: cat, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	scope := logs.Scope{Account: "000000000000", Region: "us-east-1"}
	if s.group, err = cat.Group(t.Context(), scope, "/g"); errors.Is(err, catalog.ErrNotFound) {
		s.group, err = cat.CreateGroup(t.Context(), catalog.Group{Scope: scope, Name: "/g", Class: "STANDARD"}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func (s *store) close() {
	if err := errors.Join(s.engine.Close(), s.catalog.Close()); err != nil {
		s.t.Error(err)
	}
}

// append appends ten events to a stream that is made if needed.
func (s *store) append(name string) {
	s.t.Helper()
	stream, err := s.engine.Stream(s.t.Context(), s.group.ID, name)
	if err != nil {
		if stream, err = s.engine.CreateStream(s.t.Context(), catalog.Stream{Group: s.group.ID, Name: name}); err != nil {
			s.t.Fatal(err)
		}
	}
	var events []logs.Event
	for range 10 {
		s.next++
		events = append(events, logs.Event{Timestamp: s.next, Message: fmt.Appendf(nil, "event %d of %s", s.next, name)})
	}
	if _, err := s.engine.Append(s.t.Context(), storage.Batch{Group: s.group.ID, Stream: stream, Ingestion: 1, Events: events}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) flush() {
	s.t.Helper()
	if err := s.engine.Flush(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func backUp(t *testing.T, dir, target string) Result {
	t.Helper()
	r, err := Run(t.Context(), Options{Dir: dir, Target: target, Program: "test", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// restored restores a backup and wants so many events.
func restored(t *testing.T, target string, events int64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "restored")
	r, err := Restore(t.Context(), RestoreOptions{Source: target, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Report.Sound() || r.Report.Events != events {
		t.Errorf("%d events, want %d; %+v", r.Report.Events, events, r.Report)
	}
	return dir
}

// TestIncremental backs a store up that goes on growing: what is there already stays, and what is no longer needed goes.
func TestIncremental(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	s.append("one")
	s.flush()
	s.append("one")
	if r := backUp(t, s.dir, target); r.Linked+r.Copied != 1 || r.Manifest.Last != 2 || r.Manifest.Flushed != 1 {
		t.Errorf("first: %+v", r)
	}
	restored(t, target, 20)
	s.append("two")
	s.flush()
	if r := backUp(t, s.dir, target); r.Kept != 1 || r.Linked+r.Copied != 1 || r.Manifest.Number != 2 {
		t.Errorf("second: %+v", r)
	}
	// Links that were copied elsewhere are recognised all the same.
	apart := filepath.Join(t.TempDir(), "apart")
	if err := os.CopyFS(apart, os.DirFS(target)); err != nil {
		t.Fatal(err)
	}
	if r := backUp(t, s.dir, apart); r.Kept != 2 {
		t.Errorf("into a copy: %+v", r)
	}
	if err := s.engine.DeleteGroup(t.Context(), s.group.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.engine.Reclaim(t.Context()); err != nil {
		t.Fatal(err)
	}
	backUp(t, s.dir, target)
	names, err := vfs.OS().List(filepath.Join(target, storage.SegmentDir))
	if err != nil || len(names) != 0 {
		t.Errorf("segments left: %v, %v", names, err)
	}
	names, _ = vfs.OS().List(target)
	if want := []string{"0000000003", "backup.lock", "manifest.json", "segments"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	restored(t, target, 0)
}

// TestEndsBeforeNewerStreams: records of streams that the copy of the catalog does not have are left out with all that follow, or
// a restored store would give their ids to other streams.
func TestEndsBeforeNewerStreams(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	s.append("one")
	s.append("one")
	s.append("two")
	s.append("one")
	tg, err := openTarget(target, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tg.unlock.Close()
	r := &run{o: Options{Dir: s.dir, Progress: func(Progress) {}}, target: tg, own: "0000000001"}
	scratch := filepath.Join(target, r.own, storage.LogDir)
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		t.Fatal(err)
	}
	if r.snap, err = snapshot.Take(t.Context(), s.dir, scratch); err != nil {
		t.Fatal(err)
	}
	defer r.snap.Close()
	r.snap.Counters["stream"] = 1 // as if "two" had been made after the copy
	if err := r.copyLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.result.Manifest.Last != 2 {
		t.Errorf("the log ends with record %d, want 2", r.result.Manifest.Last)
	}
}

// TestDamagedBackup damages each file of a backup in turn, and takes each away: it is refused, and nothing is written.
func TestDamagedBackup(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	if err := os.WriteFile(filepath.Join(s.dir, storage.KeyFile), make([]byte, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	s.append("one")
	s.flush()
	s.append("one")
	m := backUp(t, s.dir, target).Manifest
	files := []string{manifestFile}
	for _, f := range m.Files {
		files = append(files, f.Stored)
	}
	if len(files) != 5 {
		t.Fatalf("files: %v", files)
	}
	for _, name := range files {
		for what, change := range map[string]func(name string, b []byte) error{
			"flipped": func(name string, b []byte) error {
				b[len(b)/2] ^= 1
				return os.WriteFile(name, b, 0o600)
			},
			"short":   func(name string, b []byte) error { return os.WriteFile(name, b[:len(b)-1], 0o600) },
			"missing": func(name string, _ []byte) error { return os.Remove(name) },
		} {
			t.Run(strings.ReplaceAll(name, "/", "-")+" "+what, func(t *testing.T) {
				broken, dir := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "r")
				if err := os.CopyFS(broken, os.DirFS(target)); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(broken, name)
				b, err := os.ReadFile(file)
				if err == nil {
					err = change(file, b)
				}
				if err != nil {
					t.Fatal(err)
				}
				if what == "short" && name == manifestFile {
					return // the line's end
				}
				if _, err := Restore(t.Context(), RestoreOptions{Source: broken, Dir: dir}); err == nil {
					t.Error("restored")
				}
				if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
					t.Error("something was written")
				}
			})
		}
	}
}

// TestOtherStore: a store is not backed up over another one.
func TestOtherStore(t *testing.T) {
	target := filepath.Join(t.TempDir(), "b")
	for i, name := range []string{"one", "two"} { // segments of the same size
		s := open(t, t.TempDir())
		s.append(name)
		s.flush()
		_, err := Run(t.Context(), Options{Dir: s.dir, Target: target, Now: time.Now})
		if i == 0 && err != nil || i == 1 && (err == nil || !strings.Contains(err.Error(), "another store")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	restored(t, target, 10) // the first is whole
}

// TestUnsoundStore: what a store has lost is told, and the rest is backed up.
func TestUnsoundStore(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	for range 3 {
		s.append("one")
		s.flush()
	}
	name := filepath.Join(s.dir, storage.SegmentDir, "0000000000000001.parquet")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(s.dir, storage.SegmentDir, "0000000000000002.parquet")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[40] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r := backUp(t, s.dir, target)
	if len(r.Problems) != 2 || !slices.Equal(r.Manifest.Missing, []string{"0000000000000001.parquet"}) {
		t.Errorf("%+v", r)
	}
	got, err := Restore(t.Context(), RestoreOptions{Source: target, Dir: filepath.Join(t.TempDir(), "r")})
	if err != nil || got.Report.Count != 2 {
		t.Errorf("%v, %+v", err, got.Report)
	}
}

// TestDamagedCatalog: a damaged catalog does not take the place of the sound one of the backup before.
func TestDamagedCatalog(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	for i := range 100 {
		if _, err := s.engine.CreateStream(t.Context(), catalog.Stream{Group: s.group.ID, Name: fmt.Sprintf("%0200d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	s.append("one")
	backUp(t, s.dir, target)
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.CopyFS(damaged, os.DirFS(filepath.Join(target, numberDir(1)))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(damaged, storage.CatalogFile)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[len(b)-3*4096:]) // rows of streams
	for name, content := range map[string][]byte{"pages of zeros": b, "cut": b[:5000], "no database": []byte("no database")} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Run(t.Context(), Options{Dir: damaged, Target: target, Now: time.Now})
		if d, ok := errors.AsType[*sqlite.DamagedError](err); !ok || d.File != file {
			t.Errorf("%s: %v", name, err)
		}
		restored(t, target, 10)
	}
}

// TestRestoreInterrupted: a restore that ends early leaves nothing, and one that was killed keeps others off.
func TestRestoreInterrupted(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	s.append("one")
	backUp(t, s.dir, target)
	dir := filepath.Join(t.TempDir(), "r")
	fault := errors.New("stop")
	defer func() {
		if p := recover(); p != fault { //nolint:errorlint // the value itself
			t.Errorf("%v", p)
		}
		if _, err := os.Stat(filepath.Join(dir, storage.RestoringFile)); err != nil {
			t.Errorf("the marker of a killed restore: %v", err)
		}
		if _, err := Restore(t.Context(), RestoreOptions{Source: target, Dir: dir}); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("on top of it: %v", err)
		}
	}()
	Restore(t.Context(), RestoreOptions{Source: target, Dir: dir, Progress: func(p Progress) {
		if p.Stage == "opening" {
			panic(fault)
		}
	}})
}

// TestRestoreCancelled: a restore that is told to stop leaves an empty directory.
func TestRestoreCancelled(t *testing.T) {
	s, target := open(t, t.TempDir()), filepath.Join(t.TempDir(), "b")
	s.append("one")
	backUp(t, s.dir, target)
	for _, stage := range []string{"copying", "opening", "checking segments"} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := Restore(ctx, RestoreOptions{Source: target, Dir: dir, Progress: func(p Progress) {
			if p.Stage == stage {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", stage, err)
		}
		if empty, err := isEmpty(dir); err != nil || !empty {
			t.Errorf("%s: not empty, %v", stage, err)
		}
	}
}
