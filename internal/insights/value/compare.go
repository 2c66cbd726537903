package value

import "bytes"

// Op is a comparison.
type Op uint8

const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

var opTexts = [...]string{"=", "!=", "<", "<=", ">", ">="}

func (op Op) String() string { return opTexts[op] }

// ParseOp returns the comparison that is written so.
func ParseOp(text string) (Op, bool) {
	for op, t := range opTexts {
		if t == text {
			return Op(op), true
		}
	}
	return 0, false
}

// Holds tells whether the comparison holds where the left side compares so (-1, 0, 1) with the right one.
func (op Op) Holds(c int) bool {
	switch op {
	case Equal:
		return c == 0
	case NotEqual:
		return c != 0
	case Less:
		return c < 0
	case LessEqual:
		return c <= 0
	case Greater:
		return c > 0
	}
	return c >= 0
}

// Mirrored is the comparison that holds with the sides exchanged.
func (op Op) Mirrored() Op {
	return [...]Op{Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual}[op]
}

// Compare tells whether a op b holds (cloudwatch-logs.md §16.2, §16.4). It never does if a side is null, a map or a list. Two
// numbers, or texts that look like numbers, are compared as numbers, exactly. A number and a text that is none differ, and
// have no order. A boolean is equal to the texts true and false as well. A time and a text that is no number are compared
// as printed. Two texts of which not both look like numbers are compared by code points.
func Compare(op Op, a, b Value) bool {
	if !a.IsScalar() || !b.IsScalar() {
		return false
	}
	if a.kind == Text && b.kind == Text {
		return op.Holds(compareTexts(a, b))
	}
	if c, ok := CompareNumbers(a, b); ok {
		return op.Holds(c)
	}
	// One side is a text that is no number, the other one is not a text.
	if b.kind != Text {
		return Compare(op.Mirrored(), b, a)
	}
	switch a.kind {
	case Time:
		var room [32]byte
		return op.Holds(bytes.Compare(AppendTime(room[:0], a.Int()), b.text))
	case Bool:
		if text := string(b.text); text == "true" || text == "false" {
			return op.Holds(int(a.word) - int(NewBool(text == "true").word))
		}
	}
	return op == NotEqual
}

func compareTexts(a, b Value) int {
	m, ok := ParseNumber(a.text)
	if ok {
		var n Number
		if n, ok = ParseNumber(b.text); ok {
			return compareNumbers(m, n, a, b)
		}
	}
	return bytes.Compare(a.text, b.text)
}
