package wal

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tailrace/internal/vfs"
)

// FuzzOpen opens a log whose two files hold anything: it never fails but for a newer version, replays in order, takes
// records, and replays what it took at the next start.
func FuzzOpen(f *testing.F) {
	fs, _ := life(f)
	first, second := readAll(f, fs, "data/wal/"+fileName(1)), readAll(f, fs, "data/wal/"+fileName(2))
	f.Add(first[recordsStart:], second[recordsStart:], uint64(0), true)
	f.Add(first[recordsStart:], second[recordsStart:len(second)-5], uint64(3), true)
	f.Add(first[recordsStart+30:], second, uint64(0), false)
	f.Add([]byte{}, []byte{}, uint64(7), true)
	salt, _ := parseHeader(first)
	salt2, _ := parseHeader(second)
	f.Fuzz(func(t *testing.T, one, two []byte, after uint64, headers bool) {
		if after > 1<<60 {
			return
		}
		fs := disk()
		fs.MkdirAll("data/wal")
		if headers {
			one = append(salt.append(nil), one...)
			two = append(salt2.append(nil), two...)
		}
		writeFile(t, fs, "data/wal/"+fileName(1), one)
		writeFile(t, fs, "data/wal/"+fileName(2), two)
		fs.SyncDir("data/wal")
		var last uint64
		order := func(seq uint64, _ []byte) error {
			if seq <= last || seq <= after {
				t.Errorf("replayed %d after %d", seq, last)
			}
			last = seq
			return nil
		}
		l, rec, err := Open(small(fs), after, order)
		if err != nil {
			return
		}
		seq, err := l.Append(t.Context(), []byte("more"), nil)
		if err != nil || seq != rec.Last+1 {
			t.Errorf("append: %d after %d, %v", seq, rec.Last, err)
		}
		l.Close()
		last = 0
		l, again, err := Open(small(fs), after, order)
		if err != nil || again.Last != seq || again.Records != rec.Records+1 {
			t.Fatalf("second start: %v, %+v after %+v", err, again, rec)
		}
		l.Close()
	})
}

// FuzzRecord holds that a record header is read back as written and that any bytes read as one are written the same.
func FuzzRecord(f *testing.F) {
	f.Add(record{length: 5, crc: 7, seq: 9, behind: 2}.append(nil, 3), uint32(3))
	f.Add(make([]byte, recordHeader), uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, salt uint32) {
		rec, ok := parseRecord(b, salt)
		if !ok {
			return
		}
		if got := rec.append(nil, salt); !bytes.Equal(got, b[:recordHeader]) {
			t.Errorf("%+v written as %x, read from %x", rec, got, b[:recordHeader])
		}
	})
}

// TestGoldenFile reads a file of the first format.
func TestGoldenFile(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "compat", "v1-"+fileName(7)))
	if err != nil {
		t.Fatal(err)
	}
	fs := vfs.NewMem()
	fs.MkdirAll("data/wal")
	writeFile(t, fs, "data/wal/"+fileName(7), content)
	var got []string
	l, rec, err := Open(small(fs), 41, func(_ uint64, payload []byte) error {
		got = append(got, string(payload))
		return nil
	})
	if err != nil || len(got) != 2 || got[0] != "first" || got[1] != "second" || rec.Skipped != 1 || rec.Last != 43 || len(rec.Damaged) != 0 {
		t.Errorf("replayed %q, %+v, %v", got, rec, err)
	}
	l.Close()
}

// TestFindSeesBorders finds a record header at any distance from the border of the window.
func TestFindSeesBorders(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, at := range []int{0, 1, windowBytes - recordHeader - 1, windowBytes - recordHeader, windowBytes - 1, windowBytes, windowBytes + 5} {
		content := make([]byte, at, at+100)
		for i := range content {
			content[i] = byte(rng.Uint32())
		}
		content = record{length: 3, seq: 12, behind: 1}.append(content, 77)
		content = append(content, "abc"...)
		fs := vfs.NewMem()
		writeFile(t, fs, "x", content)
		f, _ := fs.Open("x")
		r := reader{f: f, size: int64(len(content)), salt: 77}
		if off, rec, ok := r.find(0, 12, 13); !ok || off != int64(at) || rec.seq != 12 {
			t.Errorf("record at %d: found %v at %d", at, ok, off)
		}
		if _, _, ok := r.find(0, 13, 99); ok {
			t.Error("found a sequence that is too low")
		}
	}
}
