package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// scan reads the string at pos, whose quote next has seen, and leaves in end where the result ends in the buffer. The
// result is valid until the next scan, unless free is moved to end.
func (d *Decoder) scan() []byte {
	buf, start := d.buf, d.pos+1
	end, wide := plain(buf[start:])
	end += start
	if end == len(buf) {
		d.pos = end
		d.unexpected()
		return nil
	}
	d.pos = end
	var text []byte
	switch buf[end] {
	case '"':
		d.pos++
		d.end = end
		text = buf[start:end:end]
	case '\\':
		text, wide = d.unescape(start, wide)
	default:
		d.unexpected()
		return nil
	}
	if wide && !utf8.Valid(text) {
		return appendRepaired(nil, text)
	}
	return text
}

// plain measures how far s goes without a byte that must be escaped, and tells whether that part may leave ASCII.
func plain(s []byte) (n int, wide bool) {
	var all uint64
	for ; n+8 <= len(s); n += 8 {
		w := load(s, n)
		all |= w
		if m := special(w); m != 0 {
			return n + bits.TrailingZeros64(m)/8, all&highBits != 0
		}
	}
	for ; n < len(s); n++ {
		c := s[n]
		if mustEscape[c] {
			break
		}
		all |= uint64(c)
	}
	return n, all&highBits != 0
}

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// unescape reads the rest of a string from the backslash at pos; what stands from start up to there is plain. The text is
// moved to free, which lies at least one byte before start: the quote.
//
//	handed out | dead, will be overwritten | not read yet
//	           free         w →            pos →
func (d *Decoder) unescape(start int, wide bool) ([]byte, bool) {
	buf, from, r := d.buf, d.free, d.pos
	w := from + copy(buf[from:], buf[start:r])
	var all uint64
	for {
		// Plain text, eight bytes at a time. Once the gap is eight bytes wide, storing a whole word harms nothing.
		for r+8 <= len(buf) {
			x := load(buf, r)
			all |= x
			n, m := 8, special(x)
			if m != 0 {
				n = bits.TrailingZeros64(m) / 8
			}
			if r-w >= 8 {
				binary.LittleEndian.PutUint64(buf[w:], x)
			} else {
				copy(buf[w:], buf[r:r+n])
			}
			r, w = r+n, w+n
			if m != 0 {
				break
			}
		}
		if r == len(buf) {
			break
		}
		switch c := buf[r]; {
		case c == '"':
			d.pos = r + 1
			d.end = w
			return buf[from:w:w], wide || all&highBits != 0
		case c == '\\':
			if r+1 < len(buf) && escapes[buf[r+1]] != 0 {
				buf[w] = escapes[buf[r+1]]
				r, w = r+2, w+1
				continue
			}
			n, m := unescapeOne(buf[w:], buf[r:])
			if n == 0 {
				d.pos = r
				d.unexpected()
				return nil, false
			}
			r, w = r+n, w+m
		case c < ' ':
			d.pos = r
			d.unexpected()
			return nil, false
		default:
			all |= uint64(c)
			buf[w] = c
			r, w = r+1, w+1
		}
	}
	d.pos = r
	d.unexpected()
	return nil, false
}

// unescapeOne writes what the escape sequence at the start of src stands for to dst, which may be the same buffer: the
// result is shorter than the sequence. It returns the length of both, or 0, 0 if there is no such sequence.
func unescapeOne(dst, src []byte) (read, wrote int) {
	if len(src) < 2 {
		return 0, 0
	}
	if c := escapes[src[1]]; c != 0 {
		dst[0] = c
		return 2, 1
	}
	r, ok := hex4(src)
	if !ok {
		return 0, 0
	}
	read = 6
	if utf16.IsSurrogate(r) {
		low, _ := hex4(src[6:])
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			read = 12
		}
	}
	return read, utf8.EncodeRune(dst, r)
}

// hex4 reads \uXXXX at the start of src.
func hex4(src []byte) (rune, bool) {
	if len(src) < 6 || src[0] != '\\' || src[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range src[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// escapes maps the letter behind a backslash to what it stands for; 0 where it is u or no escape at all.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}
