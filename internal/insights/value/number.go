package value

import (
	"cmp"
	"math"
	"strconv"

	"tailrace/internal/decimal"
)

// Number is a number to compute with: an int64, or a float64.
type Number struct {
	word uint64
	real bool // word is the bits of a float64
	long bool // word is only near the text it came from, which has more digits than a float64 can hold
}

// IntNumber returns an integer.
func IntNumber(n int64) Number { return Number{word: uint64(n)} }

// FloatNumber returns a number, which is not NaN or infinite.
func FloatNumber(f float64) Number { return Number{word: math.Float64bits(f), real: true} }

// Int returns the integer that n is; ok is false if n has a fraction or is beyond the range of int64.
func (n Number) Int() (i int64, ok bool) {
	if !n.real {
		return int64(n.word), true
	}
	f := math.Float64frombits(n.word)
	if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// Float returns the float64 next to n.
func (n Number) Float() float64 {
	if n.real {
		return math.Float64frombits(n.word)
	}
	return float64(int64(n.word))
}

// IsInt tells whether n is kept as an int64.
func (n Number) IsInt() bool { return !n.real }

// Value returns n as the result of a computation.
func (n Number) Value() Value {
	if n.real {
		return NewComputed(n.Float())
	}
	return NewInt(int64(n.word))
}

// Number returns v as a number; ok is false if it is null, a map, a list, or a text that does not look like a number.
func (v Value) Number() (n Number, ok bool) {
	switch v.kind {
	case Bool, Int, Time:
		return Number{word: v.word}, true
	case Float, Computed:
		return Number{word: v.word, real: true}, true
	case Text:
		return ParseNumber(v.text)
	}
	return Number{}, false
}

// maxDigits is how many digits every int64, and every decimal that a float64 holds without loss, may have.
const (
	maxDigits      = 18
	maxFloatDigits = 15
)

var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// ParseNumber reads a text that looks like a number: [+-] digits [. digits] [e [+-] digits]. What is beyond the range of
// float64 is none.
func ParseNumber(text []byte) (Number, bool) {
	if len(text) == 0 || text[0] > '9' || text[0] < '0' && text[0] != '-' && text[0] != '+' {
		return Number{}, false
	}
	at := 0
	if text[0] == '-' || text[0] == '+' {
		at = 1
	}
	mantissa, point, from := uint64(0), 0, at
	if len(text)-at > maxDigits {
		return parseLong(text)
	}
	for ; at < len(text); at++ {
		c := text[at]
		if d := c - '0'; d <= 9 {
			mantissa = mantissa*10 + uint64(d)
		} else if c == '.' && point == 0 && at > from && at+1 < len(text) {
			point = at + 1
		} else {
			return parseLong(text)
		}
	}
	switch {
	case at == from:
		return Number{}, false
	case point == 0:
		if text[0] == '-' {
			mantissa = -mantissa
		}
		return Number{word: mantissa}, true
	case at-from-1 > maxFloatDigits:
		return parseLong(text)
	}
	f := float64(mantissa) / powersOfTen[len(text)-point]
	if text[0] == '-' {
		f = -f
	}
	return FloatNumber(f), true
}

// parseLong reads what has many digits, an exponent, or is no number.
func parseLong(text []byte) (Number, bool) {
	if _, ok := decimal.Parse(text); !ok {
		return Number{}, false
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return IntNumber(n), true
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return Number{}, false
	}
	return Number{word: math.Float64bits(f), real: true, long: true}, true
}

// exactInts is the magnitude up to which every integer is a float64.
const exactInts = 1 << 53

// compareNumbers compares two numbers of which a and b are the values: where float64 cannot tell, as they are written.
func compareNumbers(m, n Number, a, b Value) int {
	switch {
	case m.long || n.long:
	case !m.real && !n.real:
		return cmp.Compare(int64(m.word), int64(n.word))
	case m.real && n.real, m.small() && n.small():
		return cmp.Compare(m.Float(), n.Float())
	}
	var room [64]byte
	left, okLeft := decimal.Parse(a.decimalText(room[:0:32]))
	right, okRight := decimal.Parse(b.decimalText(room[32:32]))
	if !okLeft || !okRight {
		return cmp.Compare(m.Float(), n.Float())
	}
	return left.Compare(right)
}

func (n Number) small() bool { f := n.Float(); return -exactInts < f && f < exactInts }

// decimalText is the number that v is as digits.
func (v Value) decimalText(room []byte) []byte {
	switch v.kind {
	case Text:
		return v.text
	case Float, Computed:
		return strconv.AppendFloat(room, v.Float(), 'e', -1, 64)
	}
	return strconv.AppendInt(room, v.Int(), 10)
}

// CompareNumbers compares two values as numbers; ok is false if one is none.
func CompareNumbers(a, b Value) (c int, ok bool) {
	m, okM := a.Number()
	n, okN := b.Number()
	if !okM || !okN {
		return 0, false
	}
	return compareNumbers(m, n, a, b), true
}

// AppendNumberKey appends bytes that are the same for values that are equal as numbers, and for no others; ok is false if v is
// no number.
func (v Value) AppendNumberKey(dst []byte) (key []byte, ok bool) {
	if _, ok := v.Number(); !ok {
		return dst, false
	}
	var room [32]byte
	d, ok := decimal.Parse(v.decimalText(room[:0]))
	if !ok {
		return dst, false
	}
	return d.AppendKey(dst), true
}
