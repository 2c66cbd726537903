package field

import (
	"encoding/binary"
	"math"
	"slices"

	"tailrace/internal/leaf"
)

// hashSize is the bytes of a path's hash.
const hashSize = 4

// pathHash is FNV-1a.
func pathHash(path string) uint32 {
	h := uint32(2166136261)
	for i := range len(path) {
		h = (h ^ uint32(path[i])) * 16777619
	}
	return h
}

// scratch is memory to encode a column in.
type scratch struct {
	values []leaf.Value // by row
	ints   []uint64
}

// encode appends a candidate's values to the body in the shortest way.
func (b *Builder) encode(c *candidate) encoding {
	from := len(b.body)
	if len(c.wide) == 0 {
		b.appendDictionary(c)
	}
	size := len(b.body) - from
	// Dictionaries of less are not beaten by much.
	if size > 0 && size <= 16+b.rows/2 || !b.spread(c) {
		if size > 0 {
			return dictionary
		}
		b.appendPlain()
		return plain
	}
	how, ok := b.appendInts()
	switch {
	case ok && (size == 0 || len(b.body)-from-size < size):
		b.body = slices.Delete(b.body, from, from+size)
		return how
	case size > 0:
		b.body = b.body[:from+size]
		return dictionary
	}
	b.appendPlain()
	return plain
}

// appendDictionary appends entries and codes; entry 0 is the missing value if there are rows without one.
func (b *Builder) appendDictionary(c *candidate) {
	missing := 0
	if c.present < b.rows {
		missing = 1
	}
	b.body = binary.AppendUvarint(b.body, uint64(len(c.entries)+missing))
	if missing == 1 {
		b.body = appendValue(b.body, leaf.Value{})
	}
	for i := range c.entries {
		b.body = appendValue(b.body, c.entries[i].value)
	}
	codes := b.ints()
	clear(codes)
	for row, code := range c.codes {
		codes[row] = uint64(code) + uint64(missing)
		if codes[row] > 0 {
			codes[row]--
		}
	}
	b.body = appendBits(b.body, codes, widthOf(uint64(max(len(c.entries)+missing, 1)-1)))
}

func (b *Builder) ints() []uint64 {
	b.scratch.ints = slices.Grow(b.scratch.ints[:0], b.rows)[:b.rows]
	return b.scratch.ints
}

// spread puts the value of each row in scratch. It tells whether all that are there are of kind Int or Float.
func (b *Builder) spread(c *candidate) bool {
	values := slices.Grow(b.scratch.values[:0], b.rows)[:b.rows]
	b.scratch.values = values
	clear(values)
	numeric := true
	for row, code := range c.codes {
		if code > 0 {
			values[row] = c.entries[code-1].value
			numeric = numeric && isNumeric(values[row].Kind)
		}
	}
	for _, w := range c.wide {
		values[w.row] = w.value
		numeric = numeric && isNumeric(w.value.Kind)
	}
	return numeric
}

func isNumeric(k leaf.Kind) bool { return k == leaf.Int || k == leaf.Float }

// appendInts appends numbers as multiples of a power of ten; false if that does not give all of them back.
func (b *Builder) appendInts() (encoding, bool) {
	values, ints := b.scratch.values, b.ints()
	scale, ok := commonScale(values)
	if !ok {
		return 0, false
	}
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	missing := uint64(0)
	for row, v := range values {
		if v.Kind == leaf.Missing {
			missing = 1
			continue
		}
		n, ok := scaled(v, scale)
		if !ok {
			return 0, false
		}
		ints[row] = uint64(n)
		least, most = min(least, n), max(most, n)
	}
	span := uint64(most) - uint64(least)
	if span == math.MaxUint64 {
		return 0, false
	}
	head := byte(scale) | byte(missing)<<7
	b.body = append(b.body, head)
	b.body = binary.AppendVarint(b.body, least)
	b.body = binary.AppendUvarint(b.body, span)
	if missing == 0 && b.appendDeltas(ints, widthOf(span)) {
		return deltas, true
	}
	for row, v := range values {
		if v.Kind == leaf.Missing {
			ints[row] = 0
		} else {
			ints[row] += missing - uint64(least)
		}
	}
	b.body = appendBits(b.body, ints, widthOf(span+missing))
	return integers, true
}

// appendDeltas appends the differences from row to row if they are narrower than width. It leaves ints as they are.
func (b *Builder) appendDeltas(ints []uint64, width int) bool {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for i := 1; i < len(ints); i++ {
		d := int64(ints[i] - ints[i-1])
		least, most = min(least, d), max(most, d)
	}
	if len(ints) < 2 || widthOf(uint64(most)-uint64(least)) >= width {
		return false
	}
	narrow := widthOf(uint64(most) - uint64(least))
	b.body = binary.AppendVarint(b.body, int64(ints[0]))
	b.body = binary.AppendVarint(b.body, least)
	b.body = append(b.body, byte(narrow))
	for i := len(ints) - 1; i > 0; i-- {
		ints[i] -= ints[i-1] + uint64(least)
	}
	b.body = appendBits(b.body, ints[1:], narrow)
	return true
}

// appendPlain appends the values in scratch.
func (b *Builder) appendPlain() {
	for _, v := range b.scratch.values {
		b.body = appendValue(b.body, v)
	}
}

// appendValue appends a kind, and what its values need.
func appendValue(dst []byte, v leaf.Value) []byte {
	dst = append(dst, byte(v.Kind))
	switch v.Kind {
	case leaf.Int:
		return binary.AppendVarint(dst, int64(v.Word))
	case leaf.Float:
		return binary.LittleEndian.AppendUint64(dst, v.Word)
	case leaf.Number, leaf.Text:
		return append(binary.AppendUvarint(dst, uint64(len(v.Text))), v.Text...)
	}
	return dst
}
