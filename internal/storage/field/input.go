package field

import (
	"encoding/binary"

	"tailrace/internal/leaf"
)

// input is encoded bytes being read. After the first mistake it is bad and gives zeros.
type input struct {
	b   []byte
	bad bool
}

func (in *input) uvarint() uint64 {
	v, n := binary.Uvarint(in.b)
	in.skip(n)
	return v
}

func (in *input) varint() int64 {
	v, n := binary.Varint(in.b)
	in.skip(n)
	return v
}

func (in *input) skip(n int) {
	if n <= 0 {
		in.bad, in.b = true, nil
		return
	}
	in.b = in.b[n:]
}

// count is a number of things of at least one byte each, all of which are still to come.
func (in *input) count() int {
	v := in.uvarint()
	if v > uint64(len(in.b)) {
		in.bad, in.b = true, nil
		return 0
	}
	return int(v)
}

func (in *input) byte() byte {
	if b := in.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (in *input) take(n int) []byte {
	if n > len(in.b) {
		in.bad, in.b = true, nil
		return nil
	}
	b := in.b[:n:n]
	in.b = in.b[n:]
	return b
}

// value reads what appendValue wrote.
func (in *input) value() leaf.Value {
	v := leaf.Value{Kind: leaf.Kind(in.byte())}
	switch v.Kind {
	case leaf.Missing, leaf.Null, leaf.False, leaf.True:
	case leaf.Int:
		v.Word = uint64(in.varint())
	case leaf.Float:
		if b := in.take(8); len(b) == 8 {
			v.Word = binary.LittleEndian.Uint64(b)
		}
	case leaf.Number, leaf.Text:
		v.Text = in.take(in.count())
	default:
		in.bad = true
	}
	return v
}
