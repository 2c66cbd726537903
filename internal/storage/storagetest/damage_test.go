package storagetest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// damageStore is a store with log files, segments of flushes and merged ones, of two groups, and what was written to it.
func damageStore(t *testing.T) (*Store, map[string]bool) {
	s := New(t, storage.Options{
		Manual: true, Segment: segment.Options{BlockBytes: 200, GroupRows: 20}, Merge: segment.Options{BlockBytes: 300, GroupRows: 20},
		Compaction: compaction.Options{FanOut: 2, Quiet: time.Hour}, WAL: wal.Options{FileBytes: 8700},
	})
	written := map[string]bool{}
	put := func(round int) {
		for i := range 12 {
			group := []string{"app", "db"}[i%2]
			var events []logs.Event
			for j := range 3 {
				message := fmt.Sprintf(`{"round":%d,"request":"req-%d-%d","n":%d}`, round, i, j, 1000*round+10*i+j)
				written[message] = true
				events = append(events, event(int64(100*i+j), message))
			}
			if _, err := s.Append(group, fmt.Sprint("s", i%3), events...); err != nil {
				t.Fatal(err)
			}
		}
	}
	for round := range 5 {
		put(round)
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		if round == 2 {
			if err := s.Engine.Compact(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(5) // stays in the log
	s.Kill()
	return s, written
}

// damageFile is a way to damage a file.
type damageFile struct {
	name string
	do   func(b []byte) []byte // nil: the file is gone
}

// thorough tells whether the environment asks for PROOF=thorough: every byte and every call instead of some of them.
func thorough() bool { return os.Getenv("PROOF") == "thorough" }

// damages are flips over all of a file, dense at its end where directories are, and cuts of every kind. The places are others
// from run to run.
func damages(size int) (all []damageFile) {
	step, end, first := max(1, size/8), 3, rand.IntN(size+1)
	if thorough() {
		step, end = 1, 1
	}
	at := func(i int) { // of a byte
		all = append(all, damageFile{fmt.Sprint("flip at ", i), func(b []byte) []byte { b[i] ^= 0xff; return b }})
	}
	for i := range size {
		if i >= size-24 && (i+first)%end == 0 || (i+first)%step == 0 {
			at(i)
		}
	}
	for _, length := range []int{0, 1, 4, 23, 64, size / 3, size / 2, size - 100, size - 12, size - 1} {
		if length >= 0 && length < size {
			all = append(all, damageFile{fmt.Sprint("cut to ", length), func(b []byte) []byte { return b[:length] }})
		}
	}
	for from := 0; from < size; from += max(512, size/5/512*512) {
		all = append(all, damageFile{fmt.Sprint("zeros at ", from), func(b []byte) []byte { clear(b[from:min(from+512, len(b))]); return b }})
	}
	return append(all,
		damageFile{"gone", nil},
		damageFile{"zeros behind", func(b []byte) []byte { return append(b, make([]byte, 700)...) }},
		damageFile{"itself behind", func(b []byte) []byte { return append(b, b...) }},
		damageFile{"text", func([]byte) []byte { return []byte(strings.Repeat("not a log\n", 2000)) }},
	)
}

// TestDamage damages each file of a store in every way. The store starts, gives no event that was not written and none twice,
// reports what is missing, and takes in more.
func TestDamage(t *testing.T) {
	t.Parallel()
	s, written := damageStore(t)
	for _, dir := range []string{"segments", "wal"} {
		files := s.Files(dir)
		if len(files) < 3 {
			t.Fatalf("%s: %v, want at least 3", dir, files)
		}
		for i, name := range files {
			file, last := path.Join("data", dir, name), dir == "wal" && i == len(files)-1
			whole := content(t, s.Disk, file)
			for _, d := range damages(len(whole)) {
				if testing.Short() && rand.IntN(8) > 0 {
					continue
				}
				disk := s.Disk.CrashClone(vfs.Crash{Unsynced: vfs.Kept})
				if d.do == nil {
					if err := disk.Remove(file); err != nil {
						t.Fatal(err)
					}
				} else {
					store(t, disk, file, d.do(bytes.Clone(whole)))
				}
				checkDamaged(t, s, disk, written, fmt.Sprintf("%s: %s", file, d.name), last)
			}
			other := path.Join("data", dir, files[(i+1)%len(files)])
			disk := s.Disk.CrashClone(vfs.Crash{Unsynced: vfs.Kept})
			store(t, disk, file, content(t, s.Disk, other))
			store(t, disk, other, whole)
			checkDamaged(t, s, disk, written, fmt.Sprintf("%s and %s swapped", file, other), last)
		}
	}
}

// TestSwappedSegments exchanges segments that differ in nothing that a directory listing shows. Each event is given for the
// stream that it was written to, or reported.
func TestSwappedSegments(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true})
	written := map[string]bool{}
	for i := range 12 {
		message := fmt.Sprint("message ", 100+i)
		written[message] = true
		if _, err := s.Append([]string{"app", "dbs"}[i%2], fmt.Sprint("s", i%3), event(int64(1000*i), message)); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	s.Kill()
	swapped := 0
	for i, a := range s.Files("segments") {
		for _, b := range s.Files("segments")[i+1:] {
			a, b := path.Join("data/segments", a), path.Join("data/segments", b)
			first, second := content(t, s.Disk, a), content(t, s.Disk, b)
			if len(first) != len(second) {
				continue
			}
			swapped++
			disk := s.Disk.CrashClone(vfs.Crash{Unsynced: vfs.Kept})
			store(t, disk, a, second)
			store(t, disk, b, first)
			checkDamaged(t, s, disk, written, fmt.Sprintf("%s and %s swapped", a, b), false)
		}
	}
	if swapped == 0 {
		t.Error("no two segments have the same size: the test shows nothing")
	}
}

// checkDamaged starts a store on a damaged disk. silent: what is missing may be a torn tail as well.
func checkDamaged(t *testing.T, of *Store, disk *vfs.Mem, written map[string]bool, what string, silent bool) {
	t.Helper()
	catalog, err := of.Catalog.Clone(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer catalog.Close()
	s := &Store{T: t, Options: of.Options, Disk: disk, Catalog: catalog, Time: of.Time, groups: of.groups}
	for _, again := range []bool{false, true} {
		if err := s.TryOpen(); err != nil {
			t.Errorf("%s: open (again %v): %v", what, again, err)
			return
		}
		found := s.found(t, written, what)
		if again && found["afterwards"] != 1 {
			t.Errorf("%s: what was appended afterwards is gone", what)
		}
		missing := len(written) - len(found)
		if !again && missing > 0 && s.Engine.Stats().DamageCount == 0 && !silent {
			t.Errorf("%s: %d events are missing and nothing is reported", what, missing)
		}
		if !again {
			if _, err := s.Append("app", "s0", event(5000, "afterwards")); err != nil {
				t.Errorf("%s: append: %v", what, err)
			}
			if err := s.Engine.Compact(context.Background()); err != nil {
				t.Errorf("%s: compact: %v", what, err)
			}
		}
		if err := s.Engine.Close(); err != nil {
			t.Errorf("%s: close: %v", what, err)
		}
		s.Engine = nil
	}
}

// found reads everything, in both ways and with a literal to look for, and holds it against what was written.
func (s *Store) found(t *testing.T, written map[string]bool, what string) map[string]int {
	t.Helper()
	found := map[string]int{}
	var needles []string
	for group := range s.groups {
		got, err := s.Scan(group, storage.Query{Range: logs.AllTime})
		if err != nil {
			t.Errorf("%s: scan: %v", what, err)
		}
		var pieces []Event
		for _, r := range []logs.TimeRange{{Start: 0, End: 300}, {Start: 300, End: 3000}, {Start: 3000, End: 3001}, {Start: 3001, End: logs.AllTime.End}} {
			piece, err := s.Scan(group, storage.Query{Range: r})
			if err != nil {
				t.Errorf("%s: scan: %v", what, err)
			}
			pieces = append(pieces, piece...)
		}
		if !slices.Equal(got, pieces) {
			t.Errorf("%s: a scan gives %d events, in pieces of time %d", what, len(got), len(pieces))
		}
		for _, e := range got {
			found[e.Message]++
			if strings.Contains(e.Message, "req-7-2") {
				needles = append(needles, e.Message)
			}
		}
	}
	for message, n := range found {
		if n != 1 || !written[message] && message != "afterwards" {
			t.Errorf("%s: %q is there %d times", what, message, n)
		}
	}
	needle := []byte("req-7-2")
	got, err := s.Scan("db", storage.Query{
		Range: logs.AllTime, Reverse: true, Required: [][][]byte{{needle}}, Match: func(m []byte) bool { return bytes.Contains(m, needle) },
	})
	var messages []string
	for _, e := range got {
		messages = append(messages, e.Message)
	}
	slices.Sort(messages)
	slices.Sort(needles)
	if err != nil || !slices.Equal(messages, needles) {
		t.Errorf("%s: a search finds %q, %v, a scan %q", what, messages, err, needles)
	}
	return found
}

func content(t testing.TB, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size, err := f.Size()
	b := make([]byte, size)
	if err == nil && size > 0 {
		_, err = f.ReadAt(b, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func store(t testing.TB, fs vfs.FS, name string, content []byte) {
	t.Helper()
	f, err := fs.Create(name)
	if err == nil {
		_, err = f.WriteAt(content, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
