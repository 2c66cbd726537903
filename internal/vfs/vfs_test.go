package vfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/vfs"
	"tailrace/internal/vfs/vfstest"
)

func TestOS(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) { return vfs.OS(), t.TempDir() })
}

func TestMem(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) {
		m := vfs.NewMem()
		if err := m.MkdirAll("/data"); err != nil {
			t.Fatal(err)
		}
		return m, "/data"
	})
}

// TestMemAfterCrash holds that a clone is a file system like any other.
func TestMemAfterCrash(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) {
		m := vfs.NewMem()
		m.MkdirAll("/data")
		return m.CrashClone(vfs.Crash{Unsynced: vfs.Kept}), "/data"
	})
}

func TestFaultsThatNeverFail(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) (vfs.FS, string) {
		return vfs.Fault(vfs.OS(), func(vfs.Op) error { return nil }), t.TempDir()
	})
}

// TestCrash runs scripts and shows what is left of them: lost and kept, and whether the file is there in each.
func TestCrash(t *testing.T) {
	for _, c := range []struct{ name, script, lost, kept string }{
		{"nothing synced", "create a, write a 0 x", "", "a=x"},
		{"name only", "create a, syncdir, write a 0 x", "a=", "a=x"},
		{"content only", "create a, write a 0 x, sync a", "", "a=x"},
		{"both", "create a, write a 0 x, sync a, syncdir", "a=x", "a=x"},
		{"later write", "create a, syncdir, write a 0 xy, sync a, write a 1 z, write a 4 q", "a=xy", "a=xz00q"},
		{"truncate", "create a, syncdir, write a 0 hello, sync a, truncate a 2", "a=hello", "a=he"},
		{"truncate synced", "create a, syncdir, write a 0 hello, truncate a 2, sync a", "a=he", "a=he"},
		{"create truncates", "create a, syncdir, write a 0 hello, sync a, create a", "a=hello", "a="},
		{"rename", "create a, write a 0 x, sync a, syncdir, rename a b", "a=x", "b=x"},
		{"rename synced", "create a, write a 0 x, sync a, rename a b, syncdir", "b=x", "b=x"},
		{"rename over", "create a, write a 0 x, sync a, create b, syncdir, rename a b", "a=x b=", "b=x"},
		{"remove", "create a, syncdir, remove a", "a=", ""},
		{"remove synced", "create a, syncdir, remove a, syncdir", "", ""},
		{"remove and make again", "create a, write a 0 x, sync a, syncdir, remove a, create a, write a 0 y", "a=x", "a=y"},
		{"directory", "mkdir d, create d/a, write d/a 0 x, sync d/a", "", "d/a=x"},
		{"directory without entries", "mkdir d, syncdir, create d/a", "d", "d/a="},
		{"entries without directory", "mkdir d, create d/a, syncdir d", "", "d/a="},
		{"move between, one side synced", "mkdir d, create a, syncdir, rename a d/a, syncdir d", "a= d", "d/a="},
		{"move between, both synced", "mkdir d, create a, syncdir, rename a d/a, syncdir d, syncdir", "d/a=", "d/a="},
		{"order of changes", "mkdir d, create a, syncdir, rename a d/a, create d/b, rename d/b d/a, syncdir d, syncdir", "d/a=", "d/a="},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := vfs.NewMem()
			run(t, m, c.script)
			for fate, want := range map[vfs.Fate]string{vfs.Lost: c.lost, vfs.Kept: c.kept} {
				clone := m.CrashClone(vfs.Crash{Unsynced: fate})
				if got := tree(t, clone, ""); got != want {
					t.Errorf("%s: got %q, want %q", fate, got, want)
				}
				if again := tree(t, clone.CrashClone(vfs.Crash{}), ""); again != c.lost {
					t.Errorf("%s, and then the power cut: got %q, want %q", fate, again, c.lost)
				}
			}
			if got := tree(t, m, ""); got != c.kept {
				t.Errorf("before the crash: %q, want %q", got, c.kept)
			}
		})
	}
}

// run does the steps of a script.
func run(t testing.TB, fsys vfs.FS, script string) {
	t.Helper()
	for step := range strings.SplitSeq(script, ", ") {
		if err := do(fsys, strings.Fields(step)); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
	}
}

func do(fsys vfs.FS, words []string) error {
	var off int64
	switch words[0] {
	case "create":
		f, err := fsys.Create(words[1])
		if err != nil {
			return err
		}
		return f.Close()
	case "syncdir":
		return fsys.SyncDir(strings.Join(words[1:], ""))
	case "mkdir":
		return fsys.MkdirAll(words[1])
	case "rename":
		return fsys.Rename(words[1], words[2])
	case "remove":
		return fsys.Remove(words[1])
	}
	f, err := fsys.OpenReadWrite(words[1])
	if err != nil {
		return err
	}
	defer f.Close()
	if len(words) > 2 {
		fmt.Sscan(words[2], &off)
	}
	switch words[0] {
	case "write":
		_, err = f.WriteAt([]byte(words[3]), off)
		return err
	case "truncate":
		return f.Truncate(off)
	case "sync":
		return f.Sync()
	}
	return errors.ErrUnsupported
}

// tree is every file with its content, zeros as 0, and every empty directory.
func tree(t testing.TB, fsys vfs.FS, dir string) string {
	t.Helper()
	names, err := fsys.List("/" + dir)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, name := range names {
		name = strings.TrimPrefix(dir+"/"+name, "/")
		info, err := fsys.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			if parts = append(parts, tree(t, fsys, name)); parts[len(parts)-1] == "" {
				parts[len(parts)-1] = name
			}
			continue
		}
		f, err := fsys.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, info.Size())
		f.ReadAt(b, 0)
		f.Close()
		parts = append(parts, name+"="+strings.ReplaceAll(string(b), "\x00", "0"))
	}
	return strings.Join(parts, " ")
}

// TestTorn holds what a torn crash may leave of a file: synced bytes stay, and every other byte is the old one, the new one
// or, where the file grew, zero. Over many seeds everything that may be left is left.
func TestTorn(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(2000) {
		m := vfs.NewMem()
		run(t, m, "create a, syncdir, write a 0 oo, sync a, write a 1 NNN")
		got := tree(t, m.CrashClone(vfs.Crash{Unsynced: vfs.Torn, Seed: seed, Sector: 1}), "")
		if again := tree(t, m.CrashClone(vfs.Crash{Unsynced: vfs.Torn, Seed: seed, Sector: 1}), ""); again != got {
			t.Fatalf("seed %d: %q, then %q", seed, got, again)
		}
		seen[got] = true
	}
	want := []string{
		"a=oo", "a=oN", "a=ooN", "a=oo0N", "a=oNN", "a=oN0N", "a=ooNN", "a=oNNN",
		"a=oo0", "a=oo00", "a=oN0", "a=oN00", "a=ooN0", "a=oNN0",
	}
	for s := range seen {
		if !slices.Contains(want, s) {
			t.Errorf("%q cannot be left", s)
		}
	}
	for _, s := range want {
		if !seen[s] && s != "a=oo0" && s != "a=oN0" { // sizes grow by whole writes
			t.Errorf("%q is never left", s)
		}
	}
}

func TestTornSectors(t *testing.T) {
	m := vfs.NewMem()
	f, _ := m.Create("a")
	m.SyncDir("/")
	b := []byte(strings.Repeat("x", 5000))
	f.WriteAt(b, 100)
	for seed := range uint64(200) {
		left := []byte(tree(t, m.CrashClone(vfs.Crash{Unsynced: vfs.Torn, Seed: seed}), "")[2:])
		for i := 512; i < len(left); i++ {
			if i%512 != 0 && left[i] != left[i-1] {
				t.Fatalf("seed %d: torn at %d, inside a sector", seed, i)
			}
		}
	}
}

// TestOutcomes lists all that a power cut may leave of some histories, and of a few what it may not.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		script string
		sector int
		want   []string
	}{
		{"create a, syncdir, write a 0 x, write a 1 y", 1 << 20, []string{"a=", "a=00", "a=0y", "a=x", "a=x0", "a=xy"}},
		{"create a, syncdir, write a 0 xyz", 2, []string{"a=", "a=000", "a=00z", "a=xy", "a=xy0", "a=xyz"}},
		{"create a, syncdir, write a 0 xyz, sync a, truncate a 1", 1, []string{"a=x", "a=xyz"}},
		{"create a, write a 0 x, sync a, rename a b", 1, []string{"", "a=x", "b=x"}},
		{"create a, write a 0 x, sync a, create b, syncdir, rename a b", 1, []string{"a=x b=", "b=x"}},
		{"create a, create b, create c", 1, []string{"", "a=", "a= b=", "a= b= c=", "a= c=", "b=", "b= c=", "c="}},
		{"create a, write a 0 x, rename a b, syncdir", 1, []string{"b=", "b=0", "b=x"}},
	} {
		m, seen := vfs.NewMem(), map[string]bool{}
		run(t, m, c.script)
		for left := range m.Outcomes(c.sector) {
			got := tree(t, left, "")
			if again := tree(t, left.CrashClone(vfs.Crash{}), ""); again != got {
				t.Errorf("%s: %q is not durable: %q", c.script, got, again)
			}
			seen[got] = true
		}
		if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, c.want) {
			t.Errorf("%s may leave %q, want %q", c.script, got, c.want)
		}
	}
}

// TestForget: what a failed sync gave up is seen until a crash, and comes to the disk by no later one.
func TestForget(t *testing.T) {
	m := vfs.NewMem()
	fail := error(nil)
	f := vfs.Fault(m, func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			return fail
		}
		return nil
	})
	run(t, f, "create a, syncdir, write a 0 oooo, sync a, write a 1 NNNN")
	fail = vfs.Forget(syscall.EIO)
	if err := do(f, []string{"sync", "a"}); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	fail = nil
	run(t, f, "write a 5 later")
	if got := tree(t, m, ""); got != "a=oNNNNlater" {
		t.Errorf("running programs see %q", got)
	}
	run(t, f, "sync a")
	for _, crash := range []vfs.Crash{{}, {Unsynced: vfs.Torn, Seed: 3}} {
		if got := tree(t, m.CrashClone(crash), ""); got != "a=oooo0later" {
			t.Errorf("%v leaves %q", crash, got)
		}
	}
}

// TestSyncedSurvives holds for any history: what was synced, name and content, survives every crash.
func TestSyncedSurvives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := vfs.NewMem()
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "name")
			step := rapid.SampledFrom([]string{
				"create " + name, fmt.Sprintf("write %s %d v%d", name, i%7, i), "truncate " + name + " 3",
				"sync " + name, "syncdir", "rename " + name + " " + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "to"), "remove " + name,
			}).Draw(rt, "step")
			_ = do(m, strings.Fields(step)) // what does not exist yet cannot be used
		}
		for _, name := range []string{"a", "b", "c"} {
			_ = do(m, []string{"sync", name})
		}
		run(t, m, "syncdir")
		crash := vfs.Crash{Unsynced: vfs.Torn, Seed: rapid.Uint64().Draw(rt, "seed")}
		if got, want := tree(t, m.CrashClone(crash), ""), tree(t, m, ""); got != want {
			rt.Fatalf("left %q of %q", got, want)
		}
	})
}

func TestSpace(t *testing.T) {
	m := vfs.NewMem()
	f, _ := m.Create("a")
	m.SetSpace(10)
	n, err := f.WriteAt(make([]byte, 15), 0)
	if n != 10 || !errors.Is(err, vfs.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("write: %d, %v", n, err)
	}
	if n, err := f.WriteAt(make([]byte, 10), 0); n != 10 || err != nil {
		t.Errorf("overwrite: %d, %v", n, err)
	}
	if err := f.Truncate(11); !errors.Is(err, vfs.ErrNoSpace) {
		t.Errorf("truncate: %v", err)
	}
	if err := f.Allocate(11); !errors.Is(err, vfs.ErrNoSpace) {
		t.Errorf("allocate: %v", err)
	}
	m.Remove("a")
	if used := m.Used(); used != 0 {
		t.Errorf("%d bytes used after remove", used)
	}
	g, _ := m.Create("b")
	if n, err := g.WriteAt(make([]byte, 10), 0); n != 10 || err != nil {
		t.Errorf("write after remove: %d, %v", n, err)
	}
	m.SetSpace(-1)
	if _, err := g.WriteAt(make([]byte, 100), 0); err != nil {
		t.Errorf("write without a bound: %v", err)
	}
	if used, clone := m.Used(), m.CrashClone(vfs.Crash{Unsynced: vfs.Kept}).Used(); used != 100 || clone != 100 {
		t.Errorf("%d bytes used, %d in the clone", used, clone)
	}
}

// TestFault fails calls by kind and path, in each way.
func TestFault(t *testing.T) {
	var ops []string
	answers := map[string]error{}
	m := vfs.NewMem()
	f := vfs.Fault(m, func(op vfs.Op) error {
		ops = append(ops, op.String())
		return answers[op.Kind.String()]
	})
	run(t, f, "create a, write a 3 hello, sync a")
	want := []string{"0 create a [0 +0]", "1 openrw a [0 +0]", "2 write a [3 +5]", "3 openrw a [0 +0]", "4 sync a [0 +0]"}
	if !slices.Equal(ops, want) || f.Calls() != 5 {
		t.Errorf("calls %q, %d", ops, f.Calls())
	}
	answers["create"] = syscall.EIO
	if err := do(f, []string{"create", "b"}); !errors.Is(err, syscall.EIO) || tree(t, m, "") != "a=000hello" {
		t.Errorf("create: %v, left %q", err, tree(t, m, ""))
	}
	answers["create"] = vfs.Late(syscall.EIO)
	if err := do(f, []string{"create", "b"}); !errors.Is(err, syscall.EIO) || tree(t, m, "") != "a=000hello b=" {
		t.Errorf("late create: %v, left %q", err, tree(t, m, ""))
	}
	answers["write"] = vfs.Short(2, vfs.ErrNoSpace)
	if err := do(f, []string{"write", "b", "0", "hello"}); !errors.Is(err, vfs.ErrNoSpace) || tree(t, m, "") != "a=000hello b=he" {
		t.Errorf("short write: %v, left %q", err, tree(t, m, ""))
	}
	answers["sync"] = vfs.ErrPowerOff
	for range 2 {
		if err := do(f, []string{"sync", "a"}); !errors.Is(err, vfs.ErrPowerOff) {
			t.Errorf("sync: %v", err)
		}
	}
	var pathError *fs.PathError
	if _, err := f.List("/"); !errors.Is(err, vfs.ErrPowerOff) || !errors.As(err, &pathError) {
		t.Errorf("list after the power went off: %v", err)
	}
	off := vfs.Fault(m, nil)
	off.PowerOff()
	if _, err := off.Stat("a"); !errors.Is(err, vfs.ErrPowerOff) || off.Calls() != 0 {
		t.Errorf("stat: %v, %d calls", err, off.Calls())
	}
}

// TestFullDevice holds that the operating system's full disk matches ErrNoSpace and keeps the system's words.
func TestFullDevice(t *testing.T) {
	f, err := vfs.OS().OpenReadWrite("/dev/full")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	_, err = f.WriteAt([]byte("x"), 0)
	if !errors.Is(err, vfs.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) || err.Error() != "write /dev/full: no space left on device" {
		t.Errorf("write: %v", err)
	}
}
