package leaf

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxNesting is how deep objects and arrays may stand in each other, as for encoding/json: deeper is no JSON.
const MaxNesting = 10_000

// IsBlank tells whether JSON lets a byte stand between its tokens.
func IsBlank(c byte) bool { return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r') }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|' ' && c|' ' <= 'f' }

// EndOfString returns the place behind the closing quote of the string whose opening quote stands at i, 0 if it is no
// string of JSON.
func EndOfString(text []byte, i int) (end int, escaped bool) {
	for i++; ; {
		i = skipPlain(text, i)
		if i == len(text) {
			return 0, false
		}
		switch text[i] {
		case '"':
			return i + 1, escaped
		case '\\':
			n := escapeLength(text[i:])
			if n == 0 {
				return 0, false
			}
			escaped = true
			i += n
		default:
			return 0, false
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipPlain returns where the next quote, backslash or control character stands from i on, or the end of text. It looks
// at eight bytes at a time: of each test the lowest byte that answers is right, and no lower one is missed.
func skipPlain(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		v := binary.LittleEndian.Uint64(text[i:])
		quote, backslash := v^(ones*'"'), v^(ones*'\\')
		special := ((quote-ones)&^quote | (backslash-ones)&^backslash | (v-ones*' ')&^v) & highs
		if special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for i < len(text) && text[i] != '"' && text[i] != '\\' && text[i] >= ' ' {
		i++
	}
	return i
}

// escapeLength returns the length of the escape that text starts with, 0 if it is none of JSON's.
func escapeLength(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(text) >= 6 && isHex(text[2]) && isHex(text[3]) && isHex(text[4]) && isHex(text[5]) {
			return 6
		}
	}
	return 0
}

// AppendUnescaped appends a string's characters. The escapes of raw are known to be valid; half of a surrogate pair becomes
// U+FFFD.
func AppendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			end := skipPlain(raw, i)
			dst = append(dst, raw[i:end]...)
			i = end
			continue
		}
		r, n := unescapeRune(raw[i:])
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return dst
}

func unescapeRune(text []byte) (r rune, length int) {
	switch c := text[1]; c {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return rune(c), 2
	}
	r = hexRune(text[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
		if pair := utf16.DecodeRune(r, hexRune(text[8:12])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hexRune(digits []byte) rune {
	var r rune
	for _, c := range digits {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|' '-'a'+10)
		}
	}
	return r
}

// EndOfNumber returns the place behind the number that starts at i, 0 if it is none of JSON's.
func EndOfNumber(text []byte, i int) int {
	if i < len(text) && text[i] == '-' {
		i++
	}
	start := i
	if i = skipDigits(text, i); i == start || i > start+1 && text[start] == '0' {
		return 0
	}
	if i < len(text) && text[i] == '.' {
		start = i + 1
		if i = skipDigits(text, start); i == start {
			return 0
		}
	}
	if i == len(text) || text[i]|' ' != 'e' {
		return i
	}
	i++
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	start = i
	if i = skipDigits(text, i); i == start {
		return 0
	}
	return i
}

func skipDigits(text []byte, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return i
}
