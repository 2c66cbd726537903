// Package leaf finds the leaves of messages that are JSON.
//
// A message has leaves if it is, blanks aside, one JSON object: what encoding/json takes for valid, which means that bytes in
// strings need not be UTF-8 and that nothing stands in each other more than 10,000 deep. A leaf is a scalar: a string, number, true,
// false or null. Its path is the names of properties and the indexes of elements that lead to it, joined with dots
// (http.latency_ms, items.0.id); empty objects and arrays have none. Dots in names are not told from others. Where a path
// leads to several leaves the first one counts, and is said to be doubled.
//
// A Reader looks for given paths, wherever they stand in a message and however many leaves there are, or discovers paths, up
// to a number that its maker gives. It learns the shape of messages on the way, for speed alone. A Reader belongs to one
// goroutine; it copies nothing.
package leaf

import (
	"math"
	"strconv"
)

// Kind is what a value is.
type Kind uint8

const (
	Missing Kind = iota // the message has no such leaf
	Null
	False
	True
	Int    // a number whose text is that of an int64
	Float  // another one whose text is that of a float64: AppendFloat prints the same
	Number // any other number: its text counts
	Text
)

func (k Kind) String() string {
	return [...]string{"missing", "null", "false", "true", "int", "float", "number", "text"}[k]
}

// IsNumber tells the kinds of numbers.
func (k Kind) IsNumber() bool { return k == Int || k == Float || k == Number }

// Leaf is a scalar of a message.
type Leaf struct {
	Path    int    // number of the path
	Raw     []byte // as it stands in the message, of a string what is between the quotes
	Kind    Kind   // Number for all numbers: see Value
	Escaped bool   // a string with escapes
	Doubled bool   // there is another leaf with this path
}

// Value is a scalar. A number keeps its text unless that can be printed again from the word.
type Value struct {
	Kind Kind
	Word uint64 // of Int the int64, of Float the bits
	Text []byte // of Number and Text
}

// Value reads the leaf. Strings with escapes are decoded into room, which is returned longer by them; other texts are part of
// the message.
func (l *Leaf) Value(room []byte) (Value, []byte) {
	switch {
	case l.Kind == Number:
		return ParseNumber(l.Raw), room
	case l.Kind != Text:
		return Value{Kind: l.Kind}, room
	case l.Escaped:
		from := len(room)
		room = AppendUnescaped(room, l.Raw)
		return Value{Kind: Text, Text: room[from:len(room):len(room)]}, room
	}
	return Value{Kind: Text, Text: l.Raw}, room
}

// maxExact is how many digits a decimal can have and still be the shortest that stands for its float64.
const maxExact = 15

// ParseNumber reads a number of JSON.
func ParseNumber(text []byte) Value {
	at, mantissa, point := 0, uint64(0), -1
	if text[0] == '-' {
		at = 1
	}
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case c == '.':
			point = i
		case !isDigit(c) || len(text)-at > 18:
			return parseSlowly(text)
		default:
			mantissa = mantissa*10 + uint64(c-'0')
		}
	}
	if point < 0 {
		return intValue(text, mantissa, at == 1)
	}
	scale := len(text) - 1 - point
	v := float64(mantissa) / tens[scale]
	// Zeros at the end are not printed, nor are small numbers without an exponent.
	if text[len(text)-1] == '0' || len(text)-at-1 > maxExact || v < 1e-6 {
		return parseSlowly(text)
	}
	if at == 1 {
		v = -v
	}
	return Value{Kind: Float, Word: math.Float64bits(v)}
}

var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func intValue(text []byte, n uint64, negative bool) Value {
	switch {
	case negative && n == 0:
		return parseSlowly(text)
	case negative:
		n = -n
	}
	return Value{Kind: Int, Word: n}
}

// parseSlowly parses a number and prints it again to see whether its text comes back.
func parseSlowly(text []byte) Value {
	var room [32]byte
	if len(text) > len(room) {
		return Value{Kind: Number, Text: text}
	}
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil && string(strconv.AppendInt(room[:0], n, 10)) == string(text) {
		return Value{Kind: Int, Word: uint64(n)}
	}
	if f, err := strconv.ParseFloat(string(text), 64); err == nil && string(AppendFloat(room[:0], f)) == string(text) {
		return Value{Kind: Float, Word: math.Float64bits(f)}
	}
	return Value{Kind: Number, Text: text}
}

// AppendFloat prints a number as encoding/json does: the shortest digits that stand for it, with an exponent below 1e-6 and
// from 1e21 on.
func AppendFloat(dst []byte, f float64) []byte {
	if abs := math.Abs(f); abs != 0 && abs < 1e-6 || abs >= 1e21 {
		dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
		if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
			dst[n-2] = dst[n-1]
			dst = dst[:n-1]
		}
		return dst
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// AppendText appends what a value prints as: of a number its text, of a string its characters, nothing if it is missing.
func (v Value) AppendText(dst []byte) []byte {
	switch v.Kind {
	case Null:
		return append(dst, "null"...)
	case False:
		return append(dst, "false"...)
	case True:
		return append(dst, "true"...)
	case Int:
		return strconv.AppendInt(dst, int64(v.Word), 10)
	case Float:
		return AppendFloat(dst, math.Float64frombits(v.Word))
	}
	return append(dst, v.Text...)
}
