package wal

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"tailrace/internal/vfs"
)

// life makes a log of three files and returns the ledger with it: records 1 to 9, the last two of them one group.
func life(t testing.TB) (*vfs.Mem, *ledger) {
	fs, g := disk(), newLedger(t)
	l, _ := g.reopen(small(fs))
	for _, sizes := range [][]int{{40}, {50}, {60, 5}, {150}, {20}, {250}, {15, 10}} {
		if err := g.append(l, sizes...); err != nil {
			t.Fatal(err)
		}
	}
	if s := l.Stats(); s.Files != 3 {
		t.Fatalf("%d files", s.Files)
	}
	l.Close()
	return fs, g
}

// damaged opens a log and returns what it replays; the records that come must be whole, in order and the ones that were
// appended.
func damaged(t *testing.T, g *ledger, fs vfs.FS, after uint64) (seqs []uint64, rec Recovery) {
	t.Helper()
	l, rec, err := Open(small(fs), after, func(seq uint64, payload []byte) error {
		if len(seqs) > 0 && seqs[len(seqs)-1] >= seq || seq <= after {
			t.Errorf("replayed %d after %v", seq, seqs)
		}
		if string(payload) != g.acked[seq] {
			t.Errorf("record %d: replayed %.40q, want %.40q", seq, payload, g.acked[seq])
		}
		seqs = append(seqs, seq)
		return nil
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer l.Close()
	if _, err := l.Append(t.Context(), []byte("more"), nil); err != nil {
		t.Errorf("append after damage: %v", err)
	}
	return seqs, rec
}

// missing is how many of the records up to last are missing.
func missing(seqs []uint64, last uint64) uint64 { return last - uint64(len(seqs)) }

// TestFlipEverywhere flips bits of each byte of each file: at most the record around it is missing, and that is said.
func TestFlipEverywhere(t *testing.T) {
	fs, g := life(t)
	step := 1
	if testing.Short() {
		step = 7
	}
	for number := uint64(1); number <= 3; number++ {
		name := path.Join("data/wal", fileName(number))
		content := readAll(t, fs, name)
		for i := 0; i < len(content); i += step {
			if i >= fileHeader && i < headerCopy || i >= headerCopy+fileHeader && i < recordsStart {
				continue // nothing is there
			}
			for _, bits := range []byte{0x01, 0xff} {
				t.Run(fmt.Sprintf("%d byte %d ^ %#x", number, i, bits), func(t *testing.T) {
					fs := fs.CrashClone(vfs.Crash{})
					b := append([]byte(nil), content...)
					b[i] ^= bits
					writeFile(t, fs, name, b)
					seqs, rec := damaged(t, g, fs, 0)
					checkFlip(t, fs, seqs, rec, i < recordsStart, number == 3)
				})
			}
		}
	}
}

func checkFlip(t *testing.T, fs vfs.FS, seqs []uint64, rec Recovery, inHeader, lastFile bool) {
	t.Helper()
	n := missing(seqs, 9)
	switch {
	case inHeader:
		if n != 0 || len(rec.Damaged) != 0 {
			t.Errorf("one copy of the header damaged: replayed %v, %+v", seqs, rec)
		}
	case lastFile && n > 0 && len(rec.Damaged) == 0:
		// The last group, 8 and 9, cannot be told from a torn one.
		if want := []uint64{1, 2, 3, 4, 5, 6, 7}; n > 2 || rec.TornBytes == 0 || fmt.Sprint(seqs[:7]) != fmt.Sprint(want) {
			t.Errorf("replayed %v, %+v", seqs, rec)
		}
	case n != 1 || rec.Lost != 1 || len(rec.Damaged) != 1 || rec.Damaged[0].Lost != 1:
		t.Errorf("replayed %v, %+v", seqs, rec)
	default:
		if _, err := fs.Stat(rec.Damaged[0].Quarantine); err != nil {
			t.Errorf("quarantine: %v", err)
		}
	}
}

// TestTruncateEverywhere cuts each file to each length: the records before are there, and what is missing is said unless
// it was the end of the log.
func TestTruncateEverywhere(t *testing.T) {
	fs, g := life(t)
	for number := uint64(1); number <= 3; number++ {
		name := path.Join("data/wal", fileName(number))
		content := readAll(t, fs, name)
		for size := len(content) - 1; size >= 0; size-- {
			if size < recordsStart && size%512 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%d to %d", number, size), func(t *testing.T) {
				fs := fs.CrashClone(vfs.Crash{})
				writeFile(t, fs, name, content[:size])
				seqs, rec := damaged(t, g, fs, 0)
				if n := missing(seqs, 9); number < 3 && n != rec.Lost {
					t.Errorf("replayed %v, reported %+v", seqs, rec)
				}
			})
		}
	}
}

// TestEveryFileMissing removes each file.
func TestEveryFileMissing(t *testing.T) {
	fs, g := life(t)
	for number := uint64(1); number <= 3; number++ {
		fs := fs.CrashClone(vfs.Crash{})
		fs.Remove(path.Join("data/wal", fileName(number)))
		seqs, rec := damaged(t, g, fs, 0)
		if n := missing(seqs, 9); number < 3 && (n == 0 || n != rec.Lost || len(rec.Damaged) != 1) {
			t.Errorf("without file %d: replayed %v, reported %+v", number, seqs, rec)
		}
	}
}

// TestDamageBelowFlushed holds that nothing counts as lost that was flushed.
func TestDamageBelowFlushed(t *testing.T) {
	fs, g := life(t)
	name := path.Join("data/wal", fileName(1))
	content := readAll(t, fs, name)
	content[recordsStart+recordHeader+40+10] ^= 1 // in record 2
	writeFile(t, fs, name, content)
	if seqs, rec := damaged(t, g, fs, 5); rec.Lost != 0 || fmt.Sprint(seqs) != "[6 7 8 9]" {
		t.Errorf("replayed %v, reported %+v", seqs, rec)
	}
}

// TestBothHeadersDamaged puts a file away of which nothing can be trusted.
func TestBothHeadersDamaged(t *testing.T) {
	fs, g := life(t)
	name := path.Join("data/wal", fileName(2))
	content := readAll(t, fs, name)
	content[3], content[headerCopy+3] = 0, 0
	writeFile(t, fs, name, content)
	seqs, rec := damaged(t, g, fs, 0)
	if n := missing(seqs, 9); n == 0 || n != rec.Lost || rec.Damaged[0].File != fileName(2) {
		t.Errorf("replayed %v, reported %+v", seqs, rec)
	}
	equal(t, "quarantine", readAll(t, fs, rec.Damaged[0].Quarantine), content)
	if _, err := fs.Stat(name); err == nil {
		t.Error("the file is still in the log")
	}
}

// TestUnreadable lets parts of a file fail to read: what is around them is replayed, and the file is left as it is.
func TestUnreadable(t *testing.T) {
	mem, g := life(t)
	name := path.Join("data/wal", fileName(3))
	before := readAll(t, mem, name)
	fs := vfs.Fault(mem, func(op vfs.Op) error {
		if op.Kind == vfs.OpReadAt && op.Name == name && op.Offset+op.Length > recordsStart+200 && op.Offset < recordsStart+1000 {
			return errIO
		}
		return nil
	})
	seqs, rec := damaged(t, g, fs, 0)
	if len(rec.Damaged) != 1 || rec.Damaged[0].Err == nil || rec.Damaged[0].Bytes == 0 || rec.TornBytes != 0 || missing(seqs, 9) == 0 {
		t.Errorf("replayed %v, reported %+v", seqs, rec)
	}
	equal(t, "unreadable file", readAll(t, mem, name), before)
}

// TestDamagedFileIsKept holds that a damaged file is in the quarantine when Cut has removed it, also if there was no room
// for a copy before.
func TestDamagedFileIsKept(t *testing.T) {
	for _, room := range []bool{true, false} {
		fs, _ := life(t)
		name := path.Join("data/wal", fileName(1))
		content := readAll(t, fs, name)
		content[recordsStart+recordHeader+5] ^= 1
		writeFile(t, fs, name, content)
		if !room {
			fs.SetSpace(0)
		}
		l, rec, err := Open(small(fs), 0, func(uint64, []byte) error { return nil })
		if err != nil || len(rec.Damaged) != 1 || (rec.Damaged[0].Quarantine != "") != room {
			t.Fatalf("%v, %+v", err, rec)
		}
		fs.SetSpace(-1)
		if err := l.Cut(rec.Last); err != nil {
			t.Fatal(err)
		}
		l.Close()
		names, _ := fs.List("data/quarantine")
		if len(names) != 1 || !strings.HasPrefix(names[0], fileName(1)) {
			t.Fatalf("quarantine holds %v", names)
		}
		equal(t, "quarantine", readAll(t, fs, path.Join("data/quarantine", names[0])), content)
		again, rec, err := Open(small(fs), rec.Last, nil)
		if err != nil || len(rec.Damaged) != 0 {
			t.Errorf("after the cut: %v, %+v", err, rec)
		}
		again.Close()
	}
}

// TestTornGroup tears the first record of a group: the rest of it does not count, now or later.
func TestTornGroup(t *testing.T) {
	fs, g := disk(), newLedger(t)
	o := small(fs)
	o.FileBytes = 1 << 20
	l, _ := g.reopen(o)
	g.append(l, 10)
	g.append(l, 20, 30, 40)
	l.Close()
	name := path.Join("data/wal", fileName(1))
	content := readAll(t, fs, name)
	content[recordsStart+recordHeader+len(g.acked[1])+recordHeader] ^= 1 // the payload of record 2
	writeFile(t, fs, name, content)
	for seq := uint64(2); seq <= 4; seq++ {
		g.refused[g.acked[seq]] = true // as good as
		delete(g.acked, seq)
	}
	l, rec := g.reopen(o)
	if rec.TornBytes == 0 || rec.Last != 1 {
		t.Errorf("%+v", rec)
	}
	g.append(l, 20) // as long as what was there
	o.FS = fs.CrashClone(vfs.Crash{})
	l.Close()
	l, rec = g.reopen(o)
	if rec.Last != 2 {
		t.Errorf("%+v", rec)
	}
	l.Close()
}

// TestForgedRecord puts the bytes of a record into a payload whose own header is then damaged.
func TestForgedRecord(t *testing.T) {
	fs := disk()
	l, _, err := Open(small(fs), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	forged := record{length: 4, crc: 0x12345678, seq: 2, behind: 1}.append(nil, 0xdeadbeef)
	for range 2 {
		if _, err := l.Append(t.Context(), append(forged, "evil"...), nil); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	name := path.Join("data/wal", fileName(1))
	content := readAll(t, fs, name)
	content[recordsStart] ^= 1
	writeFile(t, fs, name, content)
	l, rec, err := Open(small(fs), 0, func(seq uint64, payload []byte) error {
		if seq != 2 || len(payload) != len(forged)+4 {
			t.Errorf("replayed %d: %q", seq, payload)
		}
		return nil
	})
	if err != nil || rec.Records != 1 || rec.Lost != 1 {
		t.Errorf("%v, %+v", err, rec)
	}
	l.Close()
}

// TestNewerVersion holds that a file of a newer format is neither read nor put away.
func TestNewerVersion(t *testing.T) {
	fs, _ := life(t)
	name := path.Join("data/wal", fileName(2))
	b := readAll(t, fs, name)
	copy(b, newerHeader(b))
	writeFile(t, fs, name, b)
	if _, _, err := Open(small(fs), 0, nil); err == nil || !strings.Contains(err.Error(), "0000000002.wal: log file of a newer format version: 2") {
		t.Errorf("open: %v", err)
	}
	equal(t, "file", readAll(t, fs, name), b)
}

// TestQuarantineKeepsBoth damages files of the same number in two lives of a log: both copies are kept.
func TestQuarantineKeepsBoth(t *testing.T) {
	fs := disk()
	for range 2 {
		g := newLedger(t)
		l, _ := g.reopen(small(fs))
		for range 3 {
			g.append(l, 20)
		}
		l.Close()
		name := path.Join("data/wal", fileName(1))
		content := readAll(t, fs, name)
		content[recordsStart+recordHeader] ^= 1
		writeFile(t, fs, name, content)
		l, _, err := Open(small(fs), 0, func(uint64, []byte) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		names, _ := fs.List("data/wal")
		for _, name := range names {
			fs.Remove(path.Join("data/wal", name))
		}
	}
	if names, _ := fs.List("data/quarantine"); len(names) != 2 {
		t.Errorf("quarantine holds %v", names)
	}
}
