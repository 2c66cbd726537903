package value

import (
	"bytes"
	"cmp"
)

// Order is the natural order of sort (cloudwatch-logs.md §16.3): null, maps and lists first, then texts, then numbers, which
// texts that look like numbers are too, booleans and times. Texts are split into runs of digits and runs of everything
// else: runs of digits are ordered by length and then by value, other runs by code points. It returns 0 for equal numbers
// however they are written, and is else a total order.
func Order(a, b Value) int {
	if a.kind == Int && b.kind == Int || a.kind == Time && b.kind == Time {
		return cmp.Compare(a.Int(), b.Int())
	}
	m, numberA := a.Number()
	n, numberB := b.Number()
	switch {
	case numberA && numberB:
		return compareNumbers(m, n, a, b)
	case numberA || numberB:
		if numberA {
			return 1
		}
		return -1
	case a.kind == Text && b.kind == Text:
		return orderTexts(a.text, b.text)
	}
	return cmp.Compare(class(a), class(b))
}

// OrderExact is Order, and by their texts for numbers that are equal but not written alike: 0 means that nobody can tell a
// from b.
func OrderExact(a, b Value) int {
	if c := Order(a, b); c != 0 || a.kind == b.kind && a.kind != Text {
		return c
	}
	var room [2][48]byte
	return bytes.Compare(a.AppendExact(room[0][:0]), b.AppendExact(room[1][:0]))
}

func class(v Value) int {
	if v.kind == Text {
		return 1
	}
	return 0
}

func orderTexts(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		m, n := run(a), run(b)
		if c := orderRuns(a[:m], b[:n]); c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return cmp.Compare(len(a), len(b))
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// run is the length of the digits, or of what is none, that text starts with.
func run(text []byte) int {
	n := 1
	for digit := isDigit(text[0]); n < len(text) && isDigit(text[n]) == digit; n++ {
	}
	return n
}

func orderRuns(a, b []byte) int {
	if isDigit(a[0]) && isDigit(b[0]) {
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
	}
	return bytes.Compare(a, b)
}
