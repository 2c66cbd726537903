package value

import (
	"bytes"
	"math"
)

// Kind is what a value is.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Int      // a number
	Float    // a number as it came: prints with all its digits
	Computed // a number that was computed: prints with at most 4 decimals
	Time     // milliseconds since 1970-01-01 00:00:00 UTC
	Text     // UTF-8 as a rule, not checked
	Map      // a JSON object
	List     // a JSON array
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "number", "number", "time", "text", "map", "list"}[k]
}

// Value is one value. The zero Value is null.
type Value struct {
	kind Kind
	word uint64 // of Bool 0 or 1, of Int and Time the int64, of Float and Computed the bits
	text []byte // of Text, Map and List
}

// NewBool returns a boolean.
func NewBool(b bool) Value {
	if b {
		return Value{kind: Bool, word: 1}
	}
	return Value{kind: Bool}
}

// NewInt returns a number.
func NewInt(n int64) Value { return Value{kind: Int, word: uint64(n)} }

// NewFloat returns a number as it came; null if f is none.
func NewFloat(f float64) Value { return newFloat(Float, f) }

// NewComputed returns a number that was computed; null if f is none.
func NewComputed(f float64) Value { return newFloat(Computed, f) }

func newFloat(kind Kind, f float64) Value {
	if f-f != 0 { // NaN or infinite
		return Value{}
	}
	return Value{kind: kind, word: math.Float64bits(f)}
}

// NewTime returns a time of milliseconds since 1970.
func NewTime(ms int64) Value { return Value{kind: Time, word: uint64(ms)} }

// NewText returns a text, which it does not copy.
func NewText(text []byte) Value { return Value{kind: Text, text: text} }

// NewString returns a text.
func NewString(text string) Value { return Value{kind: Text, text: []byte(text)} }

// Kind tells what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// IsScalar tells whether v is neither null nor a map or list: whether functions and comparison see it.
func (v Value) IsScalar() bool { return v.kind != Null && v.kind < Map }

// Int is the number of an Int or Time, 1 or 0 of a Bool.
func (v Value) Int() int64 { return int64(v.word) }

// Float is the number of a Float or Computed.
func (v Value) Float() float64 { return math.Float64frombits(v.word) }

// Bytes is the text of a Text, and the JSON of a Map or List. The caller does not change it.
func (v Value) Bytes() []byte { return v.text }

// Clone returns v with bytes of its own.
func (v Value) Clone() Value {
	v.text = bytes.Clone(v.text)
	return v
}

// Truth is what v means as a condition: a boolean itself, a number whether it is not 0, the text "true". Everything else is
// false.
func (v Value) Truth() bool {
	switch v.kind {
	case Text:
		if string(v.text) == "true" {
			return true
		}
	case Bool, Int, Time:
		return v.word != 0
	}
	n, ok := v.Number()
	return ok && n.Float() != 0
}
