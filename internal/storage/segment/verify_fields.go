package segment

import (
	"bytes"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/storage/field"
)

// verifyPaths is how many paths beside those of columns Verify knows at a time.
const verifyPaths = 1 << 12

// fieldVerifier holds the columns of blocks against their messages.
type fieldVerifier struct {
	block   field.Block
	reader  *leaf.Reader
	columns int // paths of reader that have columns: the first ones
	vectors []column.Vector
	absent  []bool // by path of reader: the block says that it has no leaf
	room    []byte
}

// fields checks the columns of the block of v.pages.
func (v *verifier) fields(extra []byte) error {
	f, p := &v.field, v.pages
	damaged := func(format string, args ...any) error {
		return v.r.corrupt(p.block.extra[extraFields].offset, format, args...)
	}
	if err := f.open(extra, int(p.block.rows)); err != nil {
		return damaged("%v", err)
	}
	present := make([]int, f.columns)
	for row := range p.ends {
		leaves, _ := f.reader.Read(p.message(row))
		f.room = f.room[:0]
		f.follow()
		for i := range leaves {
			l := &leaves[i]
			if l.Path < f.columns {
				present[l.Path]++
			}
			if !f.agrees(row, l) {
				return damaged("field %q of message %d is not in its column", f.reader.Paths()[l.Path], row)
			}
		}
	}
	for i := range present {
		for _, kind := range f.vectors[i].Kind {
			if kind != leaf.Missing {
				present[i]--
			}
		}
		if present[i] != 0 {
			return damaged("field %q has values that no message has", f.reader.Paths()[i])
		}
	}
	return nil
}

func (f *fieldVerifier) open(extra []byte, rows int) error {
	if err := f.block.Open(extra, rows); err != nil {
		return err
	}
	paths := f.block.Paths()
	if f.reader == nil || f.columns != len(paths) || !slices.Equal(paths, f.reader.Paths()[:f.columns]) || !f.reader.IsComplete() {
		f.reader, f.columns = leaf.Discover(paths, verifyPaths), len(paths)
	}
	f.absent = f.absent[:0]
	f.follow()
	f.vectors = slices.Grow(f.vectors[:0], len(paths))[:len(paths)]
	for i := range paths {
		if err := f.block.Read(&f.vectors[i], i); err != nil {
			return err
		}
	}
	return nil
}

// follow looks up the paths that the reader has found.
func (f *fieldVerifier) follow() {
	for n := len(f.absent); n < len(f.reader.Paths()); n++ {
		f.absent = append(f.absent, f.block.Find(f.reader.Paths()[n]) == field.Absent)
	}
}

// agrees tells whether a leaf is where the block says.
func (f *fieldVerifier) agrees(row int, l *leaf.Leaf) bool {
	if l.Path >= f.columns {
		return !f.absent[l.Path]
	}
	want, room := l.Value(f.room)
	f.room = room
	got := f.vectors[l.Path].Value(row)
	return got.Kind == want.Kind && got.Word == want.Word && bytes.Equal(got.Text, want.Text) &&
		(!l.Doubled || f.block.IsDoubled(l.Path))
}
