// Package vfstest holds what every implementation of vfs.FS promises, apart from what only a crash shows.
package vfstest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sync"
	"testing"

	"tailrace/internal/vfs"
)

// Run runs the suite. The function makes a file system and names an empty directory in it, for each test.
func Run(t *testing.T, open func(t *testing.T) (fsys vfs.FS, dir string)) {
	for name, test := range map[string]func(s suite){
		"files": suite.files, "truncate": suite.truncate, "names": suite.names, "missing": suite.missing,
		"open": suite.open, "remove while open": suite.removeWhileOpen, "directories": suite.directories,
		"lock": suite.lock, "concurrent": suite.concurrent, "closed": suite.closed, "allocate": suite.allocate,
	} {
		t.Run(name, func(t *testing.T) {
			fsys, dir := open(t)
			test(suite{T: t, fs: fsys, dir: dir})
		})
	}
}

type suite struct {
	*testing.T
	fs  vfs.FS
	dir string
}

func (s suite) path(name string) string { return path.Join(s.dir, name) }

func (s suite) ok(what string, err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%s: %v", what, err)
	}
}

func (s suite) is(what string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// create makes a synced file.
func (s suite) create(name, content string) vfs.File {
	s.Helper()
	f, err := s.fs.Create(s.path(name))
	s.ok("create", err)
	n, err := f.WriteAt([]byte(content), 0)
	s.ok("write", err)
	if n != len(content) {
		s.Fatalf("wrote %d of %d bytes", n, len(content))
	}
	s.ok("sync", f.Sync())
	return f
}

func (s suite) close(c io.Closer) {
	s.Helper()
	s.ok("close", c.Close())
}

// holds checks a file's content through a handle of its own.
func (s suite) holds(name, want string) {
	s.Helper()
	f, err := s.fs.Open(s.path(name))
	s.ok("open", err)
	defer s.close(f)
	s.reads(f, want)
}

func (s suite) reads(f vfs.File, want string) {
	s.Helper()
	size, err := f.Size()
	s.ok("size", err)
	b := make([]byte, size+10)
	n, err := f.ReadAt(b, 0)
	s.is("read over the end", err, io.EOF)
	if got := string(b[:n]); got != want || size != int64(len(want)) {
		s.Errorf("%s: holds %q with size %d, want %q", f.Name(), got, size, want)
	}
}

func (s suite) lists(dir string, want ...string) {
	s.Helper()
	got, err := s.fs.List(dir)
	s.ok("list", err)
	if !slices.Equal(got, want) {
		s.Errorf("%s: lists %q, want %q", dir, got, want)
	}
}

func (s suite) files() {
	f := s.create("a", "hello")
	if f.Name() != s.path("a") {
		s.Errorf("name %q", f.Name())
	}
	_, err := f.WriteAt([]byte("J"), 0)
	s.ok("overwrite", err)
	_, err = f.WriteAt([]byte("!"), 7)
	s.ok("write behind the end", err)
	s.holds("a", "Jello\x00\x00!")
	b := make([]byte, 3)
	n, err := f.ReadAt(b, 1)
	if n != 3 || err != nil || string(b) != "ell" {
		s.Errorf("read in the middle: %d, %v, %q", n, err, b)
	}
	n, err = f.ReadAt(b, 100)
	if n != 0 || !errors.Is(err, io.EOF) {
		s.Errorf("read behind the end: %d, %v", n, err)
	}
	n, err = f.WriteAt(nil, 50)
	if n != 0 || err != nil {
		s.Errorf("write nothing: %d, %v", n, err)
	}
	s.reads(f, "Jello\x00\x00!")
	s.close(f)
	s.close(s.create("a", "new"))
	s.holds("a", "new")
}

func (s suite) truncate() {
	f := s.create("a", "hello")
	defer s.close(f)
	s.ok("truncate", f.Truncate(2))
	s.reads(f, "he")
	s.ok("truncate", f.Truncate(4))
	s.reads(f, "he\x00\x00")
	s.ok("sync", f.Sync())
	s.holds("a", "he\x00\x00")
}

func (s suite) names() {
	s.close(s.create("b", "b"))
	s.close(s.create("a", "a"))
	s.lists(s.dir, "a", "b")
	s.ok("rename", s.fs.Rename(s.path("a"), s.path("c")))
	s.lists(s.dir, "b", "c")
	s.ok("rename over", s.fs.Rename(s.path("c"), s.path("b")))
	s.lists(s.dir, "b")
	s.holds("b", "a")
	s.ok("rename to itself", s.fs.Rename(s.path("b"), s.path("b")))
	s.holds("b", "a")
	s.ok("sync", s.fs.SyncDir(s.dir))
	s.ok("remove", s.fs.Remove(s.path("b")))
	s.lists(s.dir)
}

func (s suite) missing() {
	_, err := s.fs.Open(s.path("x"))
	s.is("open", err, fs.ErrNotExist)
	_, err = s.fs.OpenReadWrite(s.path("x"))
	s.is("open for writing", err, fs.ErrNotExist)
	_, err = s.fs.Stat(s.path("x"))
	s.is("stat", err, fs.ErrNotExist)
	_, err = s.fs.List(s.path("x"))
	s.is("list", err, fs.ErrNotExist)
	_, err = s.fs.Create(s.path("x/y"))
	s.is("create", err, fs.ErrNotExist)
	s.is("remove", s.fs.Remove(s.path("x")), fs.ErrNotExist)
	s.is("rename", s.fs.Rename(s.path("x"), s.path("y")), fs.ErrNotExist)
	s.is("syncdir", s.fs.SyncDir(s.path("x")), fs.ErrNotExist)
}

func (s suite) open() {
	s.close(s.create("a", "hello"))
	f, err := s.fs.Open(s.path("a"))
	s.ok("open", err)
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		s.Error("wrote to a file that was opened for reading")
	}
	s.close(f)
	f, err = s.fs.OpenReadWrite(s.path("a"))
	s.ok("open for writing", err)
	_, err = f.WriteAt([]byte("j"), 0)
	s.ok("write", err)
	s.close(f)
	s.holds("a", "jello")
	info, err := s.fs.Stat(s.path("a"))
	s.ok("stat", err)
	if info.Name() != "a" || info.Size() != 5 || info.IsDir() || !info.Mode().IsRegular() {
		s.Errorf("stat: %v", info)
	}
}

func (s suite) removeWhileOpen() {
	f := s.create("a", "hello")
	s.ok("remove", s.fs.Remove(s.path("a")))
	s.lists(s.dir)
	s.reads(f, "hello")
	_, err := f.WriteAt([]byte("j"), 0)
	s.ok("write", err)
	s.close(s.create("a", "other"))
	s.reads(f, "jello")
	s.close(f)
	s.holds("a", "other")
}

func (s suite) directories() {
	s.ok("mkdir", s.fs.MkdirAll(s.path("d/e")))
	s.ok("mkdir again", s.fs.MkdirAll(s.path("d/e")))
	s.close(s.create("d/e/f", "x"))
	s.lists(s.path("d"), "e")
	info, err := s.fs.Stat(s.path("d/e"))
	s.ok("stat", err)
	if !info.IsDir() || info.Name() != "e" {
		s.Errorf("stat: %v", info)
	}
	for what, err := range map[string]error{
		"remove of a full directory": s.fs.Remove(s.path("d/e")),
		"mkdir over a file":          s.fs.MkdirAll(s.path("d/e/f")),
		"rename over a directory":    s.fs.Rename(s.path("d/e/f"), s.path("d")),
	} {
		if err == nil {
			s.Errorf("%s worked", what)
		}
	}
	if _, err := s.fs.Create(s.path("d/e")); err == nil {
		s.Error("created a file over a directory")
	}
	s.ok("rename out", s.fs.Rename(s.path("d/e/f"), s.path("f")))
	s.ok("syncdir", s.fs.SyncDir(s.path("d/e")))
	s.ok("remove", s.fs.Remove(s.path("d/e")))
	s.lists(s.dir, "d", "f")
	s.holds("f", "x")
}

func (s suite) lock() {
	l, err := s.fs.Lock(s.path("LOCK"))
	s.ok("lock", err)
	_, err = s.fs.Lock(s.path("LOCK"))
	s.is("second lock", err, vfs.ErrLocked)
	s.close(l)
	l, err = s.fs.Lock(s.path("LOCK"))
	s.ok("lock again", err)
	s.close(l)
}

func (s suite) concurrent() {
	f := s.create("a", "")
	defer s.close(f)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				off := int64(i*50 + j)
				if _, err := f.WriteAt([]byte{byte(i)}, off); err != nil {
					s.Error(err)
				}
				var b [1]byte
				if _, err := f.ReadAt(b[:], off); err != nil || b[0] != byte(i) {
					s.Error(b, err)
				}
				if j%10 == 0 {
					name := s.path(fmt.Sprintf("f%d-%d", i, j))
					other, err := s.fs.Create(name)
					if err == nil {
						err = errors.Join(other.Sync(), other.Close(), s.fs.SyncDir(s.dir), f.Sync(), s.fs.Remove(name))
					}
					if err != nil {
						s.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	s.lists(s.dir, "a")
}

func (s suite) closed() {
	f := s.create("a", "x")
	s.close(f)
	_, err := f.ReadAt(make([]byte, 1), 0)
	s.is("read", err, fs.ErrClosed)
	_, err = f.WriteAt(make([]byte, 1), 0)
	s.is("write", err, fs.ErrClosed)
	s.is("sync", f.Sync(), fs.ErrClosed)
	s.is("truncate", f.Truncate(0), fs.ErrClosed)
	_, err = f.Size()
	s.is("size", err, fs.ErrClosed)
	s.is("close", f.Close(), fs.ErrClosed)
}

func (s suite) allocate() {
	f := s.create("a", "x")
	defer s.close(f)
	if err := f.Allocate(1 << 16); err != nil {
		s.is("allocate", err, errors.ErrUnsupported)
	}
	s.reads(f, "x")
}
