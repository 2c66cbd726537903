package field

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
)

// Block is the columns of one block. It is opened again and again and keeps its memory.
type Block struct {
	rows     int
	complete bool // there are no leaves but those of columns and others
	names    []byte
	columns  []stored
	others   []byte // hashes of paths, of hashSize each
	ints     []uint64
	patches  []uint64
	values   []leaf.Value
}

// stored is a column as it stands in the file.
type stored struct {
	from, to int // of the path in names
	encoding encoding
	doubled  bool
	body     []byte
}

// Open makes b the columns of a block of so many rows, which a Builder appended: nothing of them is copied. Of an
// empty extra, or one of another version, nothing is known. What it returns is ErrDamaged.
func (b *Block) Open(extra []byte, rows int) error {
	b.rows, b.complete, b.names, b.columns, b.others = rows, false, b.names[:0], b.columns[:0], nil
	if len(extra) == 0 || extra[0] != version {
		return nil
	}
	if err := b.open(extra[1:]); err != nil {
		b.complete, b.columns, b.others = false, b.columns[:0], nil
		return err
	}
	return nil
}

func (b *Block) open(extra []byte) error {
	in := input{b: extra}
	rows := in.uvarint()
	b.complete = in.byte() == 1
	sizes := 0
	last := stored{}
	for range in.count() {
		shared := in.uvarint()
		if in.bad || shared > uint64(last.to-last.from) {
			return ErrDamaged
		}
		s := stored{from: len(b.names)}
		b.names = append(b.names, b.names[last.from:last.from+int(shared)]...)
		b.names = append(b.names, in.take(in.count())...)
		s.to = len(b.names)
		how := in.byte()
		s.encoding, s.doubled = encoding(how&^doubled), how&doubled != 0
		size := in.count()
		if in.bad || s.encoding >= encodings || len(b.names) > maxNames {
			return ErrDamaged
		}
		s.body = in.b[:size] // its length; the place follows
		sizes += size
		b.columns = append(b.columns, s)
		last = s
	}
	b.others = in.take(hashSize * in.count())
	if in.bad || rows != uint64(b.rows) || b.rows > maxRows || sizes != len(in.b) {
		return ErrDamaged
	}
	for i := range b.columns {
		b.columns[i].body = in.take(len(b.columns[i].body))
	}
	return nil
}

// maxNames bounds the paths of a block, in bytes.
const maxNames = 16 << 20

// Places that Find returns beside columns.
const (
	Absent  = -1 // no message of the block has such a leaf
	Unknown = -2 // the messages have to be read
)

// Find returns the number of the column of a path, Absent or Unknown.
func (b *Block) Find(path string) int {
	for i := range b.columns {
		if s := &b.columns[i]; string(b.names[s.from:s.to]) == path {
			return i
		}
	}
	if !b.complete {
		return Unknown
	}
	h := pathHash(path)
	for at := 0; at < len(b.others); at += hashSize {
		if binary.LittleEndian.Uint32(b.others[at:]) == h {
			return Unknown
		}
	}
	return Absent
}

// Paths are the paths that have columns.
func (b *Block) Paths() (paths []string) {
	for _, s := range b.columns {
		paths = append(paths, string(b.names[s.from:s.to]))
	}
	return paths
}

// Read empties a vector and fills it with a column, or with missing values if col is Absent. Texts are parts of what was opened.
func (b *Block) Read(v *column.Vector, col int) error {
	v.Reset()
	v.Kind = slices.Grow(v.Kind, b.rows)[:b.rows]
	v.Word = slices.Grow(v.Word, b.rows)[:b.rows]
	if col == Absent {
		clear(v.Kind)
		clear(v.Word)
		return nil
	}
	s := &b.columns[col]
	in := input{b: s.body}
	switch s.encoding {
	case dictionary, usual:
		b.readDictionary(&in, v, s.encoding)
	case integers, deltas:
		b.readInts(&in, v, s.encoding)
	default:
		b.readPlain(&in, v)
	}
	if in.bad || len(in.b) > 0 {
		v.Reset()
		return ErrDamaged
	}
	return nil
}

// packed unpacks n numbers.
func (b *Block) packed(in *input, n, width int) []uint64 {
	b.ints = slices.Grow(b.ints[:0], n)[:n]
	packed := in.take(packedSize(n, width))
	if in.bad {
		return b.ints[:0]
	}
	unpackBits(b.ints, packed, width)
	return b.ints
}

// entries reads a dictionary.
func (b *Block) entries(in *input) []leaf.Value {
	n := in.count()
	b.values = b.values[:0]
	for i := 0; i < n && !in.bad; i++ {
		b.values = append(b.values, in.value())
	}
	return b.values
}

func (b *Block) readDictionary(in *input, v *column.Vector, how encoding) {
	entries := b.entries(in)
	if in.bad || len(entries) == 0 {
		in.bad = true
		return
	}
	for i := range entries {
		if e := &entries[i]; e.Kind >= leaf.Number {
			e.Word = uint64(len(v.Dict))
			v.Dict = append(v.Dict, e.Text)
		}
	}
	if how == usual {
		b.readUsual(in, v, entries)
		return
	}
	codes := b.packed(in, b.rows, widthOf(uint64(len(entries)-1)))
	for i, code := range codes {
		if code >= uint64(len(entries)) {
			in.bad = true
			return
		}
		e := &entries[code]
		v.Kind[i], v.Word[i] = e.Kind, e.Word
	}
}

// readUsual reads the rows whose value is not the first entry.
func (b *Block) readUsual(in *input, v *column.Vector, entries []leaf.Value) {
	marks := in.take(packedSize(b.rows, 1))
	exceptions := 0
	for _, m := range marks {
		exceptions += bits.OnesCount8(m)
	}
	codes := b.packed(in, exceptions, exceptionWidth(len(entries)))
	if in.bad || exceptions > b.rows {
		in.bad = true
		return
	}
	for i := range v.Kind {
		v.Kind[i], v.Word[i] = entries[0].Kind, entries[0].Word
	}
	next := 0
	for at, m := range marks {
		for ; m != 0; m &= m - 1 {
			row, code := 8*at+bits.TrailingZeros8(m), codes[next]+1
			if row >= b.rows || code >= uint64(len(entries)) {
				in.bad = true
				return
			}
			v.Kind[row], v.Word[row] = entries[code].Kind, entries[code].Word
			next++
		}
	}
}

// ints is the head of a column of numbers.
type ints struct {
	scale   int
	missing uint64 // 1: zero stands for no value
	least   int64
	span    uint64 // from the least to the greatest
}

func (in *input) ints() ints {
	head := in.byte()
	x := ints{scale: int(head &^ 0x80), missing: uint64(head >> 7), least: in.varint(), span: in.uvarint()}
	if x.scale >= len(tens) || x.span == math.MaxUint64 {
		in.bad = true
		x.scale = 0
	}
	return x
}

func (b *Block) readInts(in *input, v *column.Vector, how encoding) {
	x := in.ints()
	if how == deltas {
		first, least, width := in.varint(), in.varint(), int(in.byte())
		if in.bad || width > maxWidth || b.rows == 0 {
			in.bad = true
			return
		}
		v.Word[0] = uint64(first)
		for i, d := range b.packed(in, b.rows-1, width) {
			v.Word[i+1] = v.Word[i] + d + uint64(least)
		}
	} else {
		for i, n := range b.readPatched(in, widthOf(x.span+x.missing)) {
			v.Word[i] = n - x.missing + uint64(x.least)
			if n < x.missing {
				v.Kind[i] = leaf.Missing
			} else {
				v.Kind[i] = leaf.Int
			}
		}
	}
	if in.bad {
		return
	}
	if how == deltas {
		for i := range v.Kind {
			v.Kind[i] = leaf.Int
		}
	}
	x.unscale(v)
}

// readPatched reads what appendPatched wrote.
func (b *Block) readPatched(in *input, width int) []uint64 {
	narrow := int(in.byte())
	if narrow > width || width > maxWidth && narrow < width {
		in.bad = true
		return nil
	}
	ints := b.packed(in, b.rows, narrow)
	if narrow == width || in.bad {
		return ints
	}
	others := in.count()
	if others > b.rows {
		in.bad = true
		return nil
	}
	b.patches = slices.Grow(b.patches[:0], 2*others)[:2*others]
	rows, high := b.patches[:others], b.patches[others:]
	rowWidth := widthOf(uint64(b.rows - 1))
	packedRows, packedHigh := in.take(packedSize(others, rowWidth)), in.take(packedSize(others, width-narrow))
	if in.bad {
		return nil
	}
	unpackBits(rows, packedRows, rowWidth)
	unpackBits(high, packedHigh, width-narrow)
	for i, row := range rows {
		if row >= uint64(len(ints)) {
			in.bad = true
			return nil
		}
		ints[row] |= high[i] << narrow
	}
	return ints
}

// unscale makes numbers of the integers in v.
func (x *ints) unscale(v *column.Vector) {
	for i, kind := range v.Kind {
		switch {
		case kind == leaf.Missing:
			v.Word[i] = 0
		case x.scale > 0:
			number := unscaled(int64(v.Word[i]), x.scale)
			v.Kind[i], v.Word[i] = number.Kind, number.Word
		}
	}
}

func (b *Block) readPlain(in *input, v *column.Vector) {
	v.Kind, v.Word = v.Kind[:0], v.Word[:0]
	for i := 0; i < b.rows && !in.bad; i++ {
		v.Append(in.value())
	}
}

// IsDoubled tells whether a message has several leaves with the path of a column: the column has the first one of each.
func (b *Block) IsDoubled(col int) bool { return b.columns[col].doubled }
