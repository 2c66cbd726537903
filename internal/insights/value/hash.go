package value

import (
	"math"

	"github.com/cespare/xxhash/v2"
)

// Hash is the same for values that print alike in full (AppendExact), whatever their kind, except that times are told from
// texts. Null has one too. It is not made to withstand people who look for collisions.
func (v Value) Hash() uint64 {
	switch v.kind {
	case Null:
		return hashNull
	case Bool, Int:
		if n := v.Int(); -maxMixed < n && n < maxMixed {
			return mix(v.word)
		}
		var room [20]byte
		return HashText(v.Append(room[:0]))
	case Time:
		return mix(v.word ^ hashTime)
	case Float, Computed:
		f := v.Float()
		if f == math.Trunc(f) && math.Abs(f) < exactInts && (v.kind == Computed || v.word != negativeZero) {
			return mix(uint64(int64(f)))
		}
		var room [32]byte
		return HashText(v.AppendExact(room[:0]))
	}
	return HashText(v.text)
}

// HashText is the hash of a text.
func HashText(text []byte) uint64 {
	if n, ok := canonicalInt(text); ok {
		return mix(n)
	}
	return xxhash.Sum64(text)
}

const (
	hashNull = 0x9e3779b97f4a7c15
	hashTime = 0x2545f4914f6cdd1d

	negativeZero = 1 << 63 // prints -0 if it came so
)

// maxMixed bounds the integers whose digits are not hashed, as those of texts of more than maxDigits are.
const maxMixed = 1_000_000_000_000_000_000

// mix spreads an integer over 64 bits (the finalizer of SplitMix64).
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// canonicalInt returns the integer of up to 18 digits that text is, if it prints as text.
func canonicalInt(text []byte) (n uint64, ok bool) {
	digits := text
	if len(digits) > 1 && digits[0] == '-' && digits[1] != '0' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > maxDigits || digits[0] == '0' && len(text) > 1 {
		return 0, false
	}
	for _, c := range digits {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}
