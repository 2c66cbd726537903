package wire

import (
	"math"
	"strconv"
)

// Null tells whether the value is null, and then goes past it.
func (d *Decoder) Null() bool {
	if d.next() != 'n' {
		return false
	}
	return d.literal("null")
}

func (d *Decoder) literal(text string) bool {
	if end := d.pos + len(text); end <= len(d.buf) && string(d.buf[d.pos:end]) == text {
		d.pos = end
		return true
	}
	return d.unexpected()
}

// Text reads a string, copied out of the buffer.
func (d *Decoder) Text() string {
	if d.next() != '"' {
		d.mismatch("a String")
		return ""
	}
	return string(d.scan())
}

// Bytes reads a string. The result is not nil unless there was an error, and aliases the buffer.
func (d *Decoder) Bytes() []byte {
	if d.next() != '"' {
		d.mismatch("a String")
		return nil
	}
	text := d.scan()
	d.free = d.end
	return text
}

// Base64 reads a blob.
func (d *Decoder) Base64() []byte {
	text := d.Text()
	b, err := base64Encoding.DecodeString(text)
	if err != nil {
		d.fail("Invalid base64 in a blob")
		return nil
	}
	return b
}

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	switch d.next() {
	case 't':
		return d.literal("true")
	case 'f':
		d.literal("false")
	default:
		d.mismatch("a Boolean")
	}
	return false
}

// Int32 reads an integer of 32 bits.
func (d *Decoder) Int32() int32 {
	n := d.Int64()
	if int64(int32(n)) != n {
		d.fail("NUMBER_VALUE can not be converted to an Integer: out of range")
		return 0
	}
	return int32(n)
}

// Int64 reads an integer of 64 bits.
func (d *Decoder) Int64() int64 {
	d.next()
	buf, i := d.buf, d.pos
	negative := i < len(buf) && buf[i] == '-'
	if negative {
		i++
	}
	// 18 digits cannot overflow; what is longer, or no plain integer, goes the long way.
	var n int64
	first := i
	for ; i < len(buf) && i < first+19; i++ {
		c := buf[i] - '0'
		if c > 9 {
			break
		}
		n = n*10 + int64(c)
	}
	digits := i - first
	if digits == 0 || digits > 18 || digits > 1 && buf[first] == '0' || i < len(buf) && (buf[i] == '.' || buf[i]|0x20 == 'e') {
		return d.slowInt()
	}
	d.pos = i
	if negative {
		return -n
	}
	return n
}

// slowInt reads an integer however it is written. Above 2^53 it must be written without fraction and exponent.
func (d *Decoder) slowInt() int64 {
	text := d.number("a Long")
	if d.err != nil {
		return 0
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n
	}
	const exact = 1 << 53
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		d.fail("NUMBER_VALUE can not be converted to a Long")
		return 0
	}
	return int64(f)
}

// Float64 reads a double, which may be one of the strings "NaN", "Infinity" and "-Infinity".
func (d *Decoder) Float64() float64 {
	if d.next() == '"' {
		switch string(d.scan()) {
		case "NaN":
			return math.NaN()
		case "Infinity":
			return math.Inf(1)
		case "-Infinity":
			return math.Inf(-1)
		}
		d.fail("STRING_VALUE can not be converted to a Double")
		return 0
	}
	text := d.number("a Double")
	if d.err != nil {
		return 0
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		d.fail("NUMBER_VALUE can not be converted to a Double: out of range")
		return 0
	}
	return f
}

// number goes past a number and returns its text.
func (d *Decoder) number(want string) []byte {
	if c := d.next(); c != '-' && (c < '0' || c > '9') {
		d.mismatch(want)
		return nil
	}
	start := d.pos
	if d.buf[d.pos] == '-' {
		d.pos++
	}
	if d.pos < len(d.buf) && d.buf[d.pos] == '0' {
		d.pos++
	} else if !d.digits() {
		return nil
	}
	if d.pos < len(d.buf) && d.buf[d.pos] == '.' {
		d.pos++
		if !d.digits() {
			return nil
		}
	}
	if d.pos < len(d.buf) && d.buf[d.pos]|0x20 == 'e' {
		d.pos++
		if d.pos < len(d.buf) && (d.buf[d.pos] == '+' || d.buf[d.pos] == '-') {
			d.pos++
		}
		if !d.digits() {
			return nil
		}
	}
	return d.buf[start:d.pos]
}

// digits goes past digits, of which there must be one.
func (d *Decoder) digits() bool {
	start := d.pos
	for d.pos < len(d.buf) && '0' <= d.buf[d.pos] && d.buf[d.pos] <= '9' {
		d.pos++
	}
	return d.pos > start || d.unexpected()
}

// Skip goes past a value of any type.
func (d *Decoder) Skip() { d.skip(MaxDepth) }

func (d *Decoder) skip(depth int) {
	if depth == 0 {
		d.fail("The JSON text is nested too deeply")
		return
	}
	switch c := d.next(); c {
	case '{':
		for d.Open('{'); d.Member(); {
			d.skip(depth - 1)
		}
	case '[':
		for d.Open('['); d.Element(); {
			d.skip(depth - 1)
		}
	case '"':
		d.scan()
	case 't':
		d.literal("true")
	case 'f':
		d.literal("false")
	case 'n':
		d.literal("null")
	default:
		if c != '-' && (c < '0' || c > '9') {
			d.unexpected()
			return
		}
		d.number("")
	}
}
