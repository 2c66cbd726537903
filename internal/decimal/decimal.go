// Package decimal reads and compares numbers as they are written, exactly.
package decimal

import (
	"cmp"
	"encoding/binary"
)

// Decimal is a number as it is written, compared exactly: identifiers of more than 53 bits keep their last digits. Its
// value is ± 0.mantissa × 10^exponent, where the point that may stand in mantissa does not count.
type Decimal struct {
	negative bool
	mantissa []byte // first digit that is not 0 to the last one; empty for zero. Part of the text it was read from
	exponent int64
}

// maxExponent is where exponents stop growing: far beyond what the digits of a message can move.
const maxExponent = 1 << 40

// Parse reads [+-] digits [. digits] [e [+-] digits], the whole text; false if it is none.
func Parse(text []byte) (Decimal, bool) {
	var d Decimal
	rest := text
	if len(rest) > 0 && (rest[0] == '-' || rest[0] == '+') {
		d.negative = rest[0] == '-'
		rest = rest[1:]
	}
	whole := digits(rest)
	if whole == 0 {
		return Decimal{}, false
	}
	mantissa := rest[:whole]
	if rest = rest[whole:]; len(rest) > 0 && rest[0] == '.' {
		fraction := digits(rest[1:])
		if fraction == 0 {
			return Decimal{}, false
		}
		mantissa = mantissa[:whole+1+fraction]
		rest = rest[1+fraction:]
	}
	exponent, ok := parseExponent(rest)
	if !ok {
		return Decimal{}, false
	}
	d.normalise(mantissa, int64(whole)+exponent)
	return d, true
}

// digits counts the digits that text starts with.
func digits(text []byte) int {
	n := 0
	for n < len(text) && text[n]-'0' <= 9 {
		n++
	}
	return n
}

func parseExponent(text []byte) (int64, bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	text = text[1:]
	sign := int64(1)
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	if len(text) == 0 || digits(text) < len(text) {
		return 0, false
	}
	var n int64
	for _, c := range text {
		n = min(n*10+int64(c-'0'), maxExponent)
	}
	return sign * n, true
}

// normalise takes the zeros at both ends away; exponent counts the digits before the point.
func (d *Decimal) normalise(mantissa []byte, exponent int64) {
	for len(mantissa) > 0 && (mantissa[0] == '0' || mantissa[0] == '.') {
		if mantissa[0] == '0' {
			exponent--
		}
		mantissa = mantissa[1:]
	}
	end := len(mantissa)
	for end > 0 && (mantissa[end-1] == '0' || mantissa[end-1] == '.') {
		end--
	}
	if d.mantissa = mantissa[:end]; end == 0 {
		d.negative, exponent = false, 0
	}
	d.exponent = exponent
}

// Compare returns -1, 0 or 1 as d is less than, equal to or greater than other.
func (d Decimal) Compare(other Decimal) int {
	switch {
	case d.negative != other.negative:
		if d.negative {
			return -1
		}
		return 1
	case d.negative:
		return other.compareSize(d)
	}
	return d.compareSize(other)
}

func (d Decimal) compareSize(other Decimal) int {
	if len(d.mantissa) == 0 || len(other.mantissa) == 0 {
		return cmp.Compare(len(d.mantissa), len(other.mantissa))
	}
	if c := cmp.Compare(d.exponent, other.exponent); c != 0 {
		return c
	}
	return compareDigits(d.mantissa, other.mantissa)
}

// compareDigits compares two fractions of equal exponent digit by digit, points aside.
func compareDigits(a, b []byte) int {
	i, j := 0, 0
	for {
		if i < len(a) && a[i] == '.' {
			i++
		}
		if j < len(b) && b[j] == '.' {
			j++
		}
		switch {
		case i == len(a) || j == len(b):
			return cmp.Compare(len(a)-i, len(b)-j)
		case a[i] != b[j]:
			return cmp.Compare(a[i], b[j])
		}
		i++
		j++
	}
}

// AppendKey appends bytes that are the same for equal numbers, and for no others.
func (d Decimal) AppendKey(dst []byte) []byte {
	sign := byte('+')
	if d.negative {
		sign = '-'
	}
	dst = binary.BigEndian.AppendUint64(append(dst, sign), uint64(d.exponent))
	for _, c := range d.mantissa {
		if c != '.' {
			dst = append(dst, c)
		}
	}
	return dst
}
