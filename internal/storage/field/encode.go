package field

import (
	"encoding/binary"
	"math"
	"math/bits"
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
	values []leaf.Value // by row, or of a dictionary
	counts [maxEntries + 1]int
	ints   []uint64
}

// encode appends a candidate's values to the body in the shortest way.
func (b *Builder) encode(c *candidate) encoding {
	from, short := len(b.body), dictionary
	if len(c.wide) == 0 {
		short = b.appendDictionary(c)
	}
	size := len(b.body) - from
	// Dictionaries of less are not beaten by much.
	if size > 0 && size <= 16+b.rows/2 || !b.spread(c) {
		if size > 0 {
			return short
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
		return short
	}
	b.appendPlain()
	return plain
}

// appendDictionary appends entries and codes; a missing value is the first entry if there are rows without one.
func (b *Builder) appendDictionary(c *candidate) encoding {
	entries, codes := b.scratch.values[:0], b.ints()
	missing := uint64(0)
	if c.present < b.rows {
		missing = 1
		entries = append(entries, leaf.Value{})
	}
	for i := range c.entries {
		entries = append(entries, c.entries[i].value)
	}
	b.scratch.values = entries
	clear(codes)
	counts := b.scratch.counts[:len(entries)]
	clear(counts)
	if missing == 1 {
		counts[0] = b.rows - len(c.codes)
	}
	for row, code := range c.codes {
		codes[row] = max(uint64(code)+missing, 1) - 1
		counts[codes[row]]++
	}
	width := widthOf(uint64(len(entries) - 1))
	most := 0
	for i, n := range counts {
		if n > counts[most] {
			most = i
		}
	}
	how := dictionary
	if packedSize(b.rows, 1)+packedSize(b.rows-counts[most], exceptionWidth(len(entries))) < packedSize(b.rows, width) {
		how = usual
		entries[0], entries[most] = entries[most], entries[0]
	}
	b.body = binary.AppendUvarint(b.body, uint64(len(entries)))
	for _, v := range entries {
		b.body = appendValue(b.body, v)
	}
	if how == usual {
		b.appendUsual(codes, uint64(most), len(entries))
	} else {
		b.body = appendBits(b.body, codes, width)
	}
	return how
}

// exceptionWidth is how many bits an entry behind the first one of so many takes.
func exceptionWidth(entries int) int { return widthOf(uint64(max(entries-2, 0))) }

// appendUsual appends which rows do not have the value of code most, and what they have: it and code 0 have changed places.
func (b *Builder) appendUsual(codes []uint64, most uint64, entries int) {
	from := len(b.body)
	b.body = append(b.body, make([]byte, packedSize(len(codes), 1))...)
	exceptions := codes[:0]
	for row, code := range codes {
		if code == most {
			continue
		}
		b.body[from+row/8] |= 1 << (row % 8)
		if code == 0 {
			code = most
		}
		exceptions = append(exceptions, code-1)
	}
	b.body = appendBits(b.body, exceptions, exceptionWidth(entries))
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
	b.appendPatched(ints, widthOf(span+missing))
	return integers, true
}

// appendPatched appends integers of width bits: the low bits of all, as many as most of them need, and the high bits of the few
// others with their rows. It uses up ints.
func (b *Builder) appendPatched(ints []uint64, width int) {
	narrow, others := b.patch(ints, width)
	b.body = append(b.body, byte(narrow))
	if narrow == width {
		b.body = appendBits(b.body, ints, width)
		return
	}
	rows, high := make([]uint64, 0, others), make([]uint64, 0, others)
	for i, n := range ints {
		if n>>narrow > 0 {
			rows, high = append(rows, uint64(i)), append(high, n>>narrow)
			ints[i] = n & (1<<narrow - 1)
		}
	}
	b.body = appendBits(b.body, ints, narrow)
	b.body = binary.AppendUvarint(b.body, uint64(others))
	b.body = appendBits(b.body, rows, widthOf(uint64(b.rows-1)))
	b.body = appendBits(b.body, high, width-narrow)
}

// patch returns how many bits of all to store so that it takes least together with the rest, and how many have a rest.
func (b *Builder) patch(ints []uint64, width int) (narrow, others int) {
	if width > maxWidth {
		return width, 0
	}
	var counts [maxWidth + 1]int
	for _, n := range ints {
		counts[bits.Len64(n)]++
	}
	row := widthOf(uint64(b.rows - 1))
	narrow, least, wider := width, packedSize(len(ints), width), 0
	for w := width - 1; w >= 0; w-- {
		wider += counts[w+1]
		if size := packedSize(len(ints), w) + packedSize(wider, row) + packedSize(wider, width-w) + 2; size < least {
			narrow, least, others = w, size, wider
		}
	}
	return narrow, others
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
