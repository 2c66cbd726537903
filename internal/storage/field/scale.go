package field

import (
	"math"

	"tailrace/internal/leaf"
)

// tens are the powers of ten by which numbers are made integers: those that a float64 has exactly.
var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

// maxMantissa is where a float64 ceases to have every integer.
const maxMantissa = 1 << 53

// commonScale returns how many decimals the number with the most of them has, false if that is too many.
func commonScale(values []leaf.Value) (scale int, ok bool) {
	for _, v := range values {
		if v.Kind != leaf.Float {
			continue
		}
		for _, ok = scaled(v, scale); !ok; _, ok = scaled(v, scale) {
			if scale++; scale == len(tens) {
				return 0, false
			}
		}
	}
	return scale, true
}

// scaled returns a number times a power of ten, false if unscaled does not make the same number of it.
func scaled(v leaf.Value, scale int) (int64, bool) {
	if v.Kind == leaf.Int && scale == 0 {
		return int64(v.Word), true
	}
	f := math.Float64frombits(v.Word)
	if v.Kind == leaf.Int {
		f = float64(int64(v.Word))
	}
	f = math.Round(f * tens[scale])
	if !(math.Abs(f) < maxMantissa) {
		return 0, false
	}
	again := unscaled(int64(f), scale)
	return int64(f), again.Kind == v.Kind && again.Word == v.Word
}

// unscaled is the number that is n divided by a power of ten: correctly rounded, so the decimal that was there.
func unscaled(n int64, scale int) leaf.Value {
	if scale == 0 {
		return leaf.Value{Kind: leaf.Int, Word: uint64(n)}
	}
	if ten := int64(tens[scale]); n%ten == 0 {
		return leaf.Value{Kind: leaf.Int, Word: uint64(n / ten)}
	}
	return leaf.Value{Kind: leaf.Float, Word: math.Float64bits(float64(n) / tens[scale])}
}
