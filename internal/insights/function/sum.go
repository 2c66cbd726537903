package function

import (
	"math"
	"math/bits"

	"tailrace/internal/insights/value"
)

// sum adds numbers: whole ones exactly, in 128 bits, the others with what rounding lost (Neumaier, 1974).
type sum struct {
	mean   bool
	totals []total
}

type total struct {
	high, low   uint64 // of the whole numbers, in two's complement
	real, error float64
	count       int64
}

func (s *sum) Grow(groups int) { s.totals = grow(s.totals, groups) }

func (s *sum) Add(groups []uint32, columns []*value.Vector, n int) {
	eachNumber(groups, columns[0], n, func(group uint32, number value.Number) {
		t := &s.totals[group]
		t.count++
		if number.IsInt() {
			i, _ := number.Int()
			t.addWhole(uint64(i>>63), uint64(i))
		} else {
			t.addReal(number.Float())
		}
	})
}

func (t *total) addWhole(high, low uint64) {
	var carry uint64
	t.low, carry = bits.Add64(t.low, low, 0)
	t.high, _ = bits.Add64(t.high, high, carry)
}

func (t *total) addReal(f float64) {
	next := t.real + f
	if math.Abs(t.real) >= math.Abs(f) {
		t.error += t.real - next + f
	} else {
		t.error += f - next + t.real
	}
	t.real = next
}

func (s *sum) Merge(from Aggregate, to []uint32) {
	for i, other := range from.(*sum).totals {
		t := &s.totals[target(to, i)]
		t.addWhole(other.high, other.low)
		t.addReal(other.real)
		t.error += other.error
		t.count += other.count
	}
}

func (s *sum) Result(group int) value.Value {
	t := s.totals[group]
	switch {
	case t.count == 0:
		return value.Value{}
	case s.mean:
		return value.NewComputed(t.float() / float64(t.count))
	case t.real == 0 && t.error == 0 && t.high == uint64(int64(t.low)>>63):
		return value.NewInt(int64(t.low))
	}
	return value.NewComputed(t.float())
}

func (t *total) float() float64 {
	whole := float64(int64(t.high))*(1<<64) + float64(t.low)
	if t.high == uint64(int64(t.low)>>63) {
		whole = float64(int64(t.low))
	} else if int64(t.high) < 0 {
		low, borrow := bits.Sub64(0, t.low, 0)
		high, _ := bits.Sub64(0, t.high, borrow)
		whole = -(float64(high)*(1<<64) + float64(low))
	}
	if math.IsNaN(t.error) {
		return whole + t.real
	}
	return whole + (t.real + t.error)
}

func (s *sum) Size() int { return 40 * cap(s.totals) }
