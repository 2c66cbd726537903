package gram

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	// Size is the length of a gram, and of the shortest literal that a filter can exclude.
	Size = 5

	// fold takes the case from letters, and little from other bytes.
	fold = 0x2020202020202020
	// factor spreads the grams: 2^64 divided by the golden ratio.
	factor = 0x9E3779B97F4A7C15

	cellBits = 18
	cells    = 1 << cellBits

	// Bytes of the header.
	version    = 1
	flagEscape = 1 // some message contains the escape
	headerSize = 2

	// maxLoad is the most grams a bit: with more of them even long literals are found nearly everywhere.
	maxLoad = 3
)

// escape begins the escapes of JSON that may stand for any character. Who looks for the text of a JSON string has to count
// with it, so a filter says exactly whether it occurs.
var escape = []byte(`\u`)

// Builder makes filters, one after the other. Its memory, 32 KiB, is used again. The zero Builder is ready.
type Builder struct {
	cells     [cells / 64]uint64
	hasEscape bool
}

// cell is the place of the gram in the five upper bytes of x, whose others are zero.
func cell(x uint64) uint64 { return x * factor >> (64 - cellBits) }

// set takes in the gram in the five upper bytes of x.
func (b *Builder) set(x uint64) {
	x *= factor
	b.cells[x>>(64-cellBits+6)] |= 1 << (x >> (64 - cellBits) & 63)
}

// upper are the bytes of a gram in a word.
const upper = ^uint64(1<<(64-8*Size) - 1)

// Add takes in a message.
func (b *Builder) Add(message []byte) {
	if !b.hasEscape && bytes.Contains(message, escape) {
		b.hasEscape = true
	}
	for len(message) >= 8 { // a word has four grams
		x := binary.LittleEndian.Uint64(message) | fold
		b.set(x << 24)
		b.set(x << 16 & upper)
		b.set(x << 8 & upper)
		b.set(x & upper)
		message = message[4:]
	}
	x := tail(message) | fold
	for range len(message) - Size + 1 {
		b.set(x << 24)
		x >>= 8
	}
}

// tail is up to eight bytes as a word.
func tail(b []byte) (x uint64) {
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	return x
}

// AppendTo appends the filter of the messages that were added since the last call, and forgets them. It is at most most bytes
// long; nothing is appended if it could exclude nearly nothing in that.
func (b *Builder) AppendTo(dst []byte, most int) []byte {
	n := 0
	for _, word := range b.cells {
		n += bits.OnesCount64(word)
	}
	size := min((n+n/4+7)/8, max(most-headerSize, 0))
	if most < headerSize || n > maxLoad*8*size {
		b.reset()
		return dst
	}
	flags := byte(0)
	if b.hasEscape {
		flags |= flagEscape
	}
	dst = append(dst, version, flags)
	from := len(dst)
	dst = append(dst, make([]byte, (size+7)&^7)...)
	b.scale(dst[from:], uint64(8*size))
	b.reset()
	return dst[:from+size]
}

// scale sets the bits of filter, so many, at the places of the cells, as many of these side by side sharing a bit as have to. Places
// ascend, so that a word of the filter is put together before it is written; filter has all of its last one.
func (b *Builder) scale(filter []byte, size uint64) {
	at, packed := uint64(0), uint64(0)
	for i, word := range b.cells {
		for first := uint64(64*i) * size; word != 0; word &= word - 1 {
			place := (first + uint64(bits.TrailingZeros64(word))*size) >> cellBits
			if place>>6 != at {
				binary.LittleEndian.PutUint64(filter[8*at:], packed)
				at, packed = place>>6, 0
			}
			packed |= 1 << (place & 63)
		}
	}
	if packed != 0 {
		binary.LittleEndian.PutUint64(filter[8*at:], packed)
	}
}

func (b *Builder) reset() {
	clear(b.cells[:])
	b.hasEscape = false
}
