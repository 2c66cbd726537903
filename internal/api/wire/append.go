package wire

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Eight bytes at a time: each constant holds one byte value eight times.
const (
	ones     = 0x0101010101010101
	highBits = 0x8080808080808080
)

// special marks, with the high bit of their byte, the quotes, backslashes and control characters of w. Only the lowest
// mark is certain: a borrow can set false ones above it.
func special(w uint64) uint64 {
	q := w ^ ones*2 // quotes and control characters, and they alone, are now below 0x21
	b := w ^ ones*'\\'
	return ((q-ones*0x21)&^q | (b-ones)&^b) & highBits
}

// AppendString appends s as a JSON string.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	start := len(dst)
	dst = slices.Grow(dst, len(s)+slack)
	buf, w := dst[:cap(dst)], start+1
	buf[start] = '"'
	var all uint64
	for i := 0; i < len(s); {
		n, mark := 1, uint64(0)
		if i+8 <= len(s) {
			x := word(s[i : i+8])
			binary.LittleEndian.PutUint64(buf[w:], x)
			all |= x
			if n, mark = 8, special(x); mark != 0 {
				n = bits.TrailingZeros64(mark) / 8
			}
		} else if c := s[i]; mustEscape[c] {
			n, mark = 0, 1
		} else {
			buf[w] = c
			all |= uint64(c)
		}
		i, w = i+n, w+n
		if mark != 0 {
			w += putEscape(buf[w:], s[i])
			i++
			if rest := len(s) - i + slack; len(buf)-w < rest {
				buf = slices.Grow(buf[:w], rest)
				buf = buf[:cap(buf)]
			}
		}
	}
	if all&highBits != 0 && !valid(s) {
		return AppendString(buf[:start], appendRepaired(nil, s))
	}
	buf[w] = '"'
	return buf[:w+1]
}

// slack is the room that AppendString keeps beyond the bytes of a string: two quotes, an escape and a word.
const slack = 16

func word[T string | []byte](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func valid[T string | []byte](s T) bool {
	switch s := any(s).(type) {
	case string:
		return utf8.ValidString(s)
	case []byte:
		return utf8.Valid(s)
	}
	return false
}

// appendRepaired appends s with U+FFFD in place of each byte that is not UTF-8.
func appendRepaired[T string | []byte](dst []byte, s T) []byte {
	for _, r := range string(s) {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// mustEscape are the bytes that a JSON string cannot have as they are.
var mustEscape = func() (must [256]bool) {
	for c := range 0x20 {
		must[c] = true
	}
	must['"'], must['\\'] = true, true
	return must
}()

// letters are the escapes of one letter.
var letters = [256]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

// putEscape writes the escape of c, of at most six bytes, and returns its length.
func putEscape(dst []byte, c byte) int {
	dst[0] = '\\'
	if l := letters[c]; l != 0 {
		dst[1] = l
		return 2
	}
	const hex = "0123456789ABCDEF"
	return copy(dst[1:], []byte{'u', '0', '0', hex[c>>4], hex[c&15]}) + 1
}

// AppendInt appends n.
func AppendInt(dst []byte, n int64) []byte {
	// Nearly all numbers of long answers are times in milliseconds: 13 digits from 2001 to 2286.
	if n < 1e12 || n >= 1e13 {
		return strconv.AppendInt(dst, n, 10)
	}
	dst = append(dst, "0000000000000"...)
	b := dst[len(dst)-13:]
	binary.LittleEndian.PutUint64(b, eightDigits(uint64(n)/1e8)>>24)
	binary.LittleEndian.PutUint64(b[5:], eightDigits(uint64(n)%1e8))
	return dst
}

// eightDigits gives the digits of n, below 10^8, the first in the lowest byte. It divides side by side: into two numbers of
// four digits, four of two, eight of one.
func eightDigits(n uint64) uint64 {
	x := n/1e4 | n%1e4<<32
	hundreds := x * 10486 >> 20 & 0x7f_0000007f
	x = hundreds | (x-hundreds*100)<<16
	tens := x * 103 >> 10 & 0x000f_000f_000f_000f
	return tens | (x-tens*10)<<8 | ones*'0'
}

// AppendBool appends b.
func AppendBool(dst []byte, b bool) []byte { return strconv.AppendBool(dst, b) }

// AppendDouble appends f with a fraction even where it is zero: 5 is 5.0, as AWS writes doubles. What is not a number in
// JSON is the string that AWS JSON has for it.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	case math.Abs(f) >= 1e21 || f != 0 && math.Abs(f) < 1e-6:
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	case f == math.Trunc(f):
		return strconv.AppendFloat(dst, f, 'f', 1, 64)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// AppendBase64 appends b as the base64 string that AWS JSON has for blobs.
func AppendBase64(dst []byte, b []byte) []byte {
	return append(base64Encoding.AppendEncode(append(dst, '"'), b), '"')
}

// CloseObject ends an object whose members were appended from at on, each with a comma before its name. The first comma
// becomes the opening brace.
func CloseObject(dst []byte, at int) []byte {
	if len(dst) == at {
		return append(dst, '{', '}')
	}
	dst[at] = '{'
	return append(dst, '}')
}
