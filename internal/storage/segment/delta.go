package segment

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// The encoding DELTA_BINARY_PACKED of the Parquet format ("Encodings.md"), for 64-bit integers and for those 32-bit ones
// whose differences fit in 32 bits: then both have the same bytes.
const (
	deltaBlock = 128 // values that share a least difference
	deltaMini  = 32  // values that share a bit width
	deltaMinis = deltaBlock / deltaMini
)

var errDelta = errors.New("malformed DELTA_BINARY_PACKED")

// appendDelta appends the encoded values.
func appendDelta(dst []byte, values []int64) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMinis)
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	if len(values) == 0 {
		return binary.AppendVarint(dst, 0)
	}
	dst = binary.AppendVarint(dst, values[0])
	for at := 1; at < len(values); at += deltaBlock {
		dst = appendDeltaBlock(dst, values[at-1], values[at:min(at+deltaBlock, len(values))])
	}
	return dst
}

// appendDeltaBlock appends up to deltaBlock values. What is missing of the last mini block counts as the least
// difference, and mini blocks without a value take no bits.
func appendDeltaBlock(dst []byte, last int64, values []int64) []byte {
	var diff [deltaBlock]uint64
	least := values[0] - last
	for i, v := range values {
		d := v - last
		diff[i], last = uint64(d), v
		least = min(least, d)
	}
	for i := range values {
		diff[i] -= uint64(least)
	}
	dst = binary.AppendVarint(dst, least)
	var width [deltaMinis]int
	for m := range width {
		all := uint64(0)
		for _, d := range diff[m*deltaMini : (m+1)*deltaMini] {
			all |= d
		}
		width[m] = bits.Len64(all)
		dst = append(dst, byte(width[m]))
	}
	for m, w := range width {
		dst = appendPacked(dst, diff[m*deltaMini:(m+1)*deltaMini], w)
	}
	return dst
}

// appendPacked appends values of width bits each, the first in the lowest bits. The number of values is a multiple of 8.
func appendPacked(dst []byte, values []uint64, width int) []byte {
	if width == 0 {
		return dst
	}
	var acc uint64
	have := 0
	for _, v := range values {
		acc |= v << have
		if have+width < 64 {
			have += width
			continue
		}
		dst = binary.LittleEndian.AppendUint64(dst, acc)
		acc, have = v>>(64-have), have+width-64
	}
	for ; have > 0; have -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

// decodeDelta reads exactly len(values) values and returns the bytes behind them.
func decodeDelta(values []int64, src []byte) ([]byte, error) {
	var head [3]uint64
	for i := range head {
		v, n := binary.Uvarint(src)
		if n <= 0 {
			return nil, errDelta
		}
		head[i], src = v, src[n:]
	}
	first, n := binary.Varint(src)
	if n <= 0 || head != [3]uint64{deltaBlock, deltaMinis, uint64(len(values))} {
		return nil, errDelta
	}
	src = src[n:]
	if len(values) == 0 {
		return src, nil
	}
	values[0] = first
	for at := 1; at < len(values); at += deltaBlock {
		var err error
		if src, err = decodeDeltaBlock(values[at:min(at+deltaBlock, len(values))], values[at-1], src); err != nil {
			return nil, err
		}
	}
	return src, nil
}

func decodeDeltaBlock(values []int64, last int64, src []byte) ([]byte, error) {
	least, n := binary.Varint(src)
	if n <= 0 || len(src) < n+deltaMinis {
		return nil, errDelta
	}
	widths := src[n : n+deltaMinis]
	src = src[n+deltaMinis:]
	for _, w := range widths {
		size := deltaMini * int(w) / 8
		if w > 64 || len(src) < size {
			return nil, errDelta
		}
		mini := values[:min(deltaMini, len(values))]
		values = values[len(mini):]
		last = unpackDeltas(mini, src, int(w), least, last)
		src = src[size:]
	}
	return src, nil
}

// unpackDeltas turns packed differences into values and returns the last one.
func unpackDeltas(values []int64, packed []byte, width int, least, last int64) int64 {
	if width == 0 {
		for i := range values {
			last += least
			values[i] = last
		}
		return last
	}
	mask := uint64(1)<<width - 1 // all ones for width 64
	for i := range values {
		last += least + int64(bitsAt(packed, i*width)&mask)
		values[i] = last
	}
	return last
}

// bitsAt returns 64 bits that start at the given bit; those behind the end of src are zero.
func bitsAt(src []byte, bit int) uint64 {
	at, shift := bit>>3, bit&7
	if at+9 <= len(src) {
		return binary.LittleEndian.Uint64(src[at:])>>shift | uint64(src[at+8])<<8<<(56-shift)
	}
	var tail [9]byte
	copy(tail[:], src[at:])
	return binary.LittleEndian.Uint64(tail[:])>>shift | uint64(tail[8])<<8<<(56-shift)
}
