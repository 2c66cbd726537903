package decimal

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestCompare compares with package big, over numbers that are near each other in many spellings.
func TestCompare(t *testing.T) {
	number := rapid.StringMatching(`[+-]?[0-2]{1,4}(\.[012]{1,4})?(e[+-]?[0-3])?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, okX := Parse([]byte(a))
		y, okY := Parse([]byte(b))
		if !okX || !okY {
			t.Fatal("not a number")
		}
		p, _ := new(big.Rat).SetString(a)
		q, _ := new(big.Rat).SetString(b)
		if got, want := x.Compare(y), p.Cmp(q); got != want {
			t.Fatalf("compare %d, want %d", got, want)
		}
		if same := string(x.AppendKey(nil)) == string(y.AppendKey(nil)); same != (p.Cmp(q) == 0) {
			t.Fatalf("the same key %v", same)
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "+1": true, "-0.50": true, "1e5": true, "1E-5": true, "9999999999999999999999": true, "1e999": true,
		"": false, ".5": false, "5.": false, "1e": false, "0x10": false, " 1": false, "1_000": false, "NaN": false, "-": false, "1,5": false,
	} {
		if _, ok := Parse([]byte(text)); ok != want {
			t.Errorf("%q: number %v, want %v", text, ok, want)
		}
	}
}
