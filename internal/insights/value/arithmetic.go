package value

import (
	"math"
	"math/bits"
)

// Arithmetic is an operation on two numbers.
type Arithmetic uint8

const (
	Add Arithmetic = iota
	Subtract
	Multiply
	Divide
	Remainder
	Power
)

var arithmeticTexts = [...]string{"+", "-", "*", "/", "%", "^"}

func (op Arithmetic) String() string { return arithmeticTexts[op] }

// ParseArithmetic returns the operation that is written so.
func ParseArithmetic(text string) (Arithmetic, bool) {
	for op, t := range arithmeticTexts {
		if t == text {
			return Arithmetic(op), true
		}
	}
	return 0, false
}

// Apply computes a op b: null if a side is no number, and where there is no result (division by zero, a root of a negative
// number, more than float64 holds). Integers stay integers as long as the result is one within int64, so they are exact there;
// else it is that of float64. The remainder has the sign of a.
func (op Arithmetic) Apply(a, b Value) Value {
	m, okM := a.Number()
	n, okN := b.Number()
	if !okM || !okN {
		return Value{}
	}
	if !m.real && !n.real {
		if result, ok := op.integers(int64(m.word), int64(n.word)); ok {
			return NewInt(result)
		}
	}
	return NewComputed(op.floats(m.Float(), n.Float()))
}

// integers computes with integers; ok is false if the result is none, or has no room.
func (op Arithmetic) integers(a, b int64) (result int64, ok bool) {
	switch op {
	case Add:
		result = a + b
		return result, (a^result)&(b^result) >= 0
	case Subtract:
		result = a - b
		return result, (a^b)&(a^result) >= 0
	case Multiply:
		return multiply(a, b)
	case Divide:
		if b == 0 || b == -1 || a%b != 0 {
			return -a, b == -1 && a != math.MinInt64
		}
		return a / b, true
	case Remainder:
		if b == 0 || b == -1 {
			return 0, b == -1
		}
		return a % b, true
	}
	return power(a, b)
}

func multiply(a, b int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(low), true
	}
	return int64(low), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// power multiplies a at most 63 times: more has no room, unless a is 0, 1 or -1, of which float64 knows as much.
func power(a, b int64) (int64, bool) {
	if b < 0 || b > 63 {
		return 0, false
	}
	result, ok := int64(1), true
	for ; b > 0 && ok; b-- {
		result, ok = multiply(result, a)
	}
	return result, ok
}

func (op Arithmetic) floats(a, b float64) float64 {
	switch op {
	case Add:
		return a + b
	case Subtract:
		return a - b
	case Multiply:
		return a * b
	case Divide:
		return a / b
	case Remainder:
		return math.Mod(a, b)
	}
	return math.Pow(a, b)
}
