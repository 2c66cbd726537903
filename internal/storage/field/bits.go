package field

import (
	"encoding/binary"
	"math/bits"
)

// maxWidth is the widest number of bits that is packed; wider numbers take 64.
const maxWidth = 56

// widthOf is how many bits numbers up to most are packed in.
func widthOf(most uint64) int {
	if w := bits.Len64(most); w <= maxWidth {
		return w
	}
	return 64
}

// packedSize is the bytes of n numbers.
func packedSize(n, width int) int { return (n*width + 7) / 8 }

// appendBits packs numbers, the first one in the lowest bits.
func appendBits(dst []byte, values []uint64, width int) []byte {
	if width == 64 {
		for _, v := range values {
			dst = binary.LittleEndian.AppendUint64(dst, v)
		}
		return dst
	}
	acc, have := uint64(0), 0
	for _, v := range values {
		acc |= v << have
		for have += width; have >= 8; have -= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
		}
	}
	if have > 0 {
		dst = append(dst, byte(acc))
	}
	return dst
}

// unpackBits fills values from what appendBits made; packed has at least the bytes of them.
func unpackBits(values []uint64, packed []byte, width int) {
	if width == 0 {
		clear(values)
		return
	}
	if width == 64 {
		for i := range values {
			values[i] = binary.LittleEndian.Uint64(packed[8*i:])
		}
		return
	}
	mask, bit := uint64(1)<<width-1, 0
	i := 0
	for ; i < len(values) && bit>>3+8 <= len(packed); i++ {
		values[i] = binary.LittleEndian.Uint64(packed[bit>>3:]) >> (bit & 7) & mask
		bit += width
	}
	var tail [16]byte // what is read beyond the end
	from := bit >> 3
	if i < len(values) {
		copy(tail[:], packed[from:])
	}
	for ; i < len(values); i++ {
		values[i] = binary.LittleEndian.Uint64(tail[bit>>3-from:]) >> (bit & 7) & mask
		bit += width
	}
}
