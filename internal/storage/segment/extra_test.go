package segment

import (
	"bytes"
	"context"
	"testing"
)

// withExtras writes runs with extras, but for every third block. It returns what was made of each kind, block after block.
func withExtras(t testing.TB, runs []testRun, opts Options) (memory, [extraKinds][]string) {
	t.Helper()
	var file bytes.Buffer
	var made [extraKinds][]string
	opts.Fields.Columns = 64
	w := NewWriter(&file, opts)
	for kind, makeExtra := range w.makers {
		w.makers[kind] = func(dst []byte, b *block) []byte {
			from := len(dst)
			if makeExtra != nil && len(made[kind])%3 != 2 {
				dst = makeExtra(dst, b)
			}
			made[kind] = append(made[kind], string(dst[from:]))
			return dst
		}
	}
	for i := range runs {
		if err := w.AddEvents(runs[i].Stream, runs[i].ids, runs[i].messages); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), made
}

func TestExtras(t *testing.T) {
	file, made := withExtras(t, smallRuns(), smallOptions)
	reads := &counter{memory: file}
	r, err := Open(reads, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	var x extras
	for kind := range extraKinds {
		for _, g := range r.dir.rowGroups {
			before := reads.reads
			if err := x.load(r, kind, g.firstBlock, g.firstBlock+g.blocks); err != nil {
				t.Fatal(err)
			}
			if n := reads.reads - before; n > 1 {
				t.Errorf("%d reads for a row group's extras", n)
			}
			for i := g.firstBlock; i < g.firstBlock+g.blocks; i++ {
				got, err := x.of(&r.dir.blocks[i])
				if want := made[kind][i]; err != nil || string(got) != want {
					t.Errorf("extra %q, %v, want %q", got, err, want)
				}
				if r.dir.groupOf(i).firstBlock != g.firstBlock {
					t.Errorf("block %d is of another row group", i)
				}
			}
		}
	}
}

// An extra that is longer than its block's share is left out.
func TestLongExtra(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file, smallOptions)
	long := 0
	w.makers[extraFields] = func(dst []byte, b *block) []byte {
		long = maxExtra(len(b.messages)) + int(w.rows%2)
		return append(dst, make([]byte, long)...)
	}
	run := smallRuns()[0]
	if err := w.AddEvents(run.Stream, run.ids, run.messages); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := open(t, file.Bytes())
	for _, b := range r.dir.blocks {
		want := maxExtra(int(b.bytes))
		if (b.firstRow+int64(b.rows))%2 == 1 {
			want = 0
		}
		if b.extra[extraFields].size != want {
			t.Errorf("block of %d has an extra of %d bytes, want %d", b.bytes, b.extra[extraFields].size, want)
		}
	}
}
