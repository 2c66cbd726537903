package wal

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"testing"

	"tailrace/internal/vfs"
)

// watched opens a view over a file system on which every change is an error of the test.
func watched(t *testing.T, fs vfs.FS) *View {
	t.Helper()
	v, err := OpenView(vfs.Fault(fs, func(op vfs.Op) error {
		if op.Changes() {
			t.Errorf("a view made a change: %+v", op)
		}
		return nil
	}), "data/wal")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// walk returns the sequences that a view has and holds the payloads against the ledger.
func walk(t *testing.T, g *ledger, v *View) (seqs []uint64, states []FileState) {
	t.Helper()
	states, err := v.Walk(func(r Record) error {
		if string(r.Payload) != g.acked[r.Sequence] {
			t.Errorf("record %d: %.40q, want %.40q", r.Sequence, r.Payload, g.acked[r.Sequence])
		}
		seqs = append(seqs, r.Sequence)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return seqs, states
}

// sameAsOpen holds what a view sees against what a start on the same files finds.
func sameAsOpen(t *testing.T, g *ledger, fs *vfs.Mem) {
	t.Helper()
	v := watched(t, fs)
	seqs, states := walk(t, g, v)
	after := uint64(0)
	if i := slices.IndexFunc(states, func(s FileState) bool { return s.First > 0 }); i >= 0 {
		after = states[i].First - 1
	}
	replayed, rec := damaged(t, g, fs, after)
	if !slices.Equal(seqs, replayed) {
		t.Errorf("a view sees %v, a start replays %v", seqs, replayed)
	}
	var torn int64
	var lost, harmed uint64
	for _, s := range states {
		torn += s.Torn
		lost += s.Missing
		if s.Missing > 0 {
			harmed++
		}
		if s.Damage != nil {
			lost += s.Damage.Lost
			harmed++
		}
	}
	if lost != rec.Lost || torn != rec.TornBytes || int(harmed) != len(rec.Damaged) {
		t.Errorf("a view sees %d lost, %d torn, %d damaged; a start finds %+v", lost, torn, harmed, rec)
	}
}

// TestViewIsRecovery damages each file in many places: a view tells what a start finds, and changes nothing.
func TestViewIsRecovery(t *testing.T) {
	fs, g := life(t)
	for number := uint64(1); number <= 3; number++ {
		name := path.Join("data/wal", fileName(number))
		content := readAll(t, fs, name)
		for i := recordsStart - 10; i < len(content); i += 3 {
			for what, change := range map[string]func(b []byte) []byte{
				"flipped": func(b []byte) []byte { b[i] ^= 0x10; return b },
				"cut":     func(b []byte) []byte { return b[:i] },
				"longer":  func(b []byte) []byte { return append(b, b[recordsStart:i+10]...) },
			} {
				t.Run(fmt.Sprintf("%d %s at %d", number, what, i), func(t *testing.T) {
					fs := fs.CrashClone(vfs.Crash{})
					writeFile(t, fs, name, change(slices.Clone(content)))
					sameAsOpen(t, g, fs)
				})
			}
		}
	}
}

// TestViewBesideWriter holds files that the writer cuts, and sees what it appends with the next Refresh.
func TestViewBesideWriter(t *testing.T) {
	fs, g := disk(), newLedger(t)
	l, _ := g.reopen(small(fs))
	defer l.Close()
	appended := func(n int) {
		t.Helper()
		for range n {
			if err := g.append(l, 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	appended(5)
	v := watched(t, fs)
	appended(5)
	if err := g.flush(l, 8); err != nil {
		t.Fatal(err)
	}
	if seqs, _ := walk(t, g, v); len(seqs) != 5 {
		t.Errorf("before Refresh: %v", seqs)
	}
	if err := v.Refresh(); err != nil {
		t.Fatal(err)
	}
	seqs, states := walk(t, g, v)
	if len(seqs) != 10 || seqs[0] != 1 {
		t.Errorf("after Refresh: %v", seqs)
	}
	for _, s := range states {
		if s.Torn+s.Refused > 0 || s.Missing > 0 || s.Damage != nil {
			t.Errorf("a sound file: %+v", s)
		}
	}
}

// TestViewReplaced: a log that was begun anew is not mixed up with the one that is held.
func TestViewReplaced(t *testing.T) {
	fs, g := disk(), newLedger(t)
	l, _ := g.reopen(small(fs))
	g.append(l, 10)
	v := watched(t, fs)
	l.Close()
	fs.Remove("data/wal/" + fileName(1))
	g = newLedger(t)
	l, _ = g.reopen(small(fs))
	defer l.Close()
	g.append(l, 20)
	if err := v.Refresh(); !errors.Is(err, ErrReplaced) {
		t.Errorf("Refresh: %v", err)
	}
}
