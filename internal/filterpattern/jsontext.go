package filterpattern

import (
	"encoding/binary"
	"math/bits"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

var scratches = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch bounds the buffers that are kept between messages, in bytes.
const maxScratch = 64 << 10

// release gives the buffer for strings back; texts that unescape returned end with it.
func (w *walker) release() {
	if w.scratch != nil && cap(*w.scratch) <= maxScratch {
		scratches.Put(w.scratch)
	}
}

// quoted reads a string of JSON and returns what stands between its quotes.
func (w *walker) quoted() (text []byte, escaped, ok bool) {
	start := w.pos + 1
	for i := start; ; {
		i = skipPlain(w.text, i)
		if i == len(w.text) {
			return nil, false, false
		}
		switch w.text[i] {
		case '"':
			w.pos = i + 1
			return w.text[start:i], escaped, true
		case '\\':
			n := escapeLength(w.text[i:])
			if n == 0 {
				return nil, false, false
			}
			escaped = true
			i += n
		default:
			return nil, false, false
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

// unescape returns a string's characters, in a buffer that the next call uses again. The escapes are known to be valid;
// half of a surrogate pair becomes U+FFFD.
func (w *walker) unescape(text []byte) []byte {
	if w.scratch == nil {
		w.scratch = scratches.Get().(*[]byte)
	}
	out := (*w.scratch)[:0]
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			end := skipPlain(text, i)
			out = append(out, text[i:end]...)
			i = end
			continue
		}
		r, n := unescapeRune(text[i:])
		out = utf8.AppendRune(out, r)
		i += n
	}
	*w.scratch = out
	return out
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

// jsonNumber returns the length of the number that text starts with, 0 if it is none.
func jsonNumber(text []byte) int {
	n := 0
	if len(text) > 0 && text[0] == '-' {
		n++
	}
	whole := digits(text[n:])
	if whole == 0 || whole > 1 && text[n] == '0' {
		return 0
	}
	n += whole
	if n < len(text) && text[n] == '.' {
		fraction := digits(text[n+1:])
		if fraction == 0 {
			return 0
		}
		n += 1 + fraction
	}
	if n == len(text) || text[n]|' ' != 'e' {
		return n
	}
	n++
	if n < len(text) && (text[n] == '+' || text[n] == '-') {
		n++
	}
	exponent := digits(text[n:])
	if exponent == 0 {
		return 0
	}
	return n + exponent
}

// digits counts the digits that text starts with.
func digits(text []byte) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}
