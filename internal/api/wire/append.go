package wire

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// Eight bytes at a time: each constant holds one byte value eight times.
const (
	ones        = 0x0101010101010101
	highBits    = 0x8080808080808080
	quotes      = ones * '"'
	backslashes = ones * '\\'
	spaces      = ones * ' '
)

// special marks, with the high bit of their byte, the quotes, backslashes and control characters of w. Only the lowest
// mark is certain: a borrow can set false ones above it.
func special(w uint64) uint64 {
	q, b := w^quotes, w^backslashes
	return ((q-ones)&^q | (b-ones)&^b | (w-spaces)&^w) & highBits
}

// AppendString appends s as a JSON string.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	start := 0
	for {
		end, wide := plain(s[start:])
		end += start
		if wide && !valid(s[start:end]) {
			dst = appendRepaired(dst, s[start:end])
		} else {
			dst = append(dst, s[start:end]...)
		}
		if end == len(s) {
			return append(dst, '"')
		}
		dst = appendEscape(dst, s[end])
		start = end + 1
	}
}

// plain measures how far s goes without a byte that must be escaped, and tells whether that part leaves ASCII. No rune
// is cut: the bytes that end the part are ASCII.
func plain[T string | []byte](s T) (n int, wide bool) {
	var all uint64
	for ; n+8 <= len(s); n += 8 {
		w := word(s[n : n+8])
		if m := special(w); m != 0 {
			k := bits.TrailingZeros64(m) / 8
			all |= w & (1<<(8*k) - 1)
			return n + k, all&highBits != 0
		}
		all |= w
	}
	for ; n < len(s); n++ {
		c := s[n]
		if c < ' ' || c == '"' || c == '\\' {
			break
		}
		all |= uint64(c)
	}
	return n, all&highBits != 0
}

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

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	const hex = "0123456789ABCDEF"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendInt appends n.
func AppendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

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

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
