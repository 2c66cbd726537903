package query

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDamageIsNoResult flips each byte and cuts at each length: what is read then is an error or what was written.
func TestDamageIsNoResult(t *testing.T) {
	info := Info{ID: "x", Spec: spec, Status: Complete, Rows: 3}
	want := rows(3)
	content := encode(&info, want)
	read := func(b []byte) ([]Row, error) {
		got, _, _, err := readPage(bytes.NewReader(b), Cursor{}, 10, 1<<20)
		return got, err
	}
	for i := range content {
		damaged := bytes.Clone(content)
		damaged[i] ^= 0x41
		if got, err := read(damaged); err == nil {
			t.Fatalf("byte %d flipped: %v", i, got)
		}
		if got, err := read(content[:i]); err == nil {
			t.Fatalf("cut at %d: %v", i, got)
		}
	}
	if got, err := read(content); err != nil || !cmp.Equal(got, want) {
		t.Fatal(got, err)
	}
}

func FuzzReadPage(f *testing.F) {
	content := encode(&Info{ID: "x", Status: Complete}, rows(2))
	f.Add(content, int64(0))
	f.Add(content, int64(20))
	f.Add([]byte(magic), int64(-1))
	f.Fuzz(func(t *testing.T, content []byte, at int64) {
		got, next, more, err := readPage(bytes.NewReader(content), Cursor{at}, 10, 1<<10)
		if err == nil && more && (len(got) == 0 || next.Offset <= at) {
			t.Fatalf("%d rows and a place %d behind %d", len(got), next.Offset, at)
		}
	})
}
