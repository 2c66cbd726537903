package match

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Finder looks for a literal by its byte that is rarest in log text: bytes.IndexByte runs over the rest at the speed of
// memory, where bytes.Index would stop at each of the first byte. Where that byte is not rare after all, it looks for it and
// the next rarest together, at many places at once.
type Finder struct {
	needle []byte
	rare   int // index in needle of the byte that is looked for
	second int // index of the next rarest; the same if there is one byte alone
}

// commonBytes are the bytes of log text, the most frequent first; what is not in it is rarer still.
const commonBytes = `"eta:0r s1o.inl2,cd-pmu/3654hv78b9fgT{}yxjkPqEC()M_Hw[]ARSJGW=IOZ+DFzUK;`

var commonness = func() (rank [256]byte) {
	for i := range len(commonBytes) {
		rank[commonBytes[i]] = byte(len(commonBytes) - i)
	}
	return rank
}()

// NewFinder compiles a literal. An empty one is in every text.
func NewFinder(needle string) Finder {
	f := Finder{needle: []byte(needle)}
	f.rare = f.rarest(-1)
	f.second = f.rarest(f.rare)
	return f
}

// rarest is the index of the rarest byte, but for the one at an index unless there is no other.
func (f *Finder) rarest(but int) int {
	best := -1
	for i, c := range f.needle {
		if i != but && (best < 0 || commonness[c] < commonness[f.needle[best]]) {
			best = i
		}
	}
	return max(best, 0)
}

// In tells whether text contains the literal.
func (f *Finder) In(text []byte) bool { return f.Index(text) >= 0 }

// Index returns where the literal first stands in text, or -1.
func (f *Finder) Index(text []byte) int {
	n := len(f.needle)
	if n == 0 {
		return 0
	}
	rare, second, last := f.needle[f.rare], f.needle[f.second], len(text)-n
	for at, misses := 0, 0; at <= last; at++ {
		i := bytes.IndexByte(text[at+f.rare:last+f.rare+1], rare)
		if i < 0 {
			return -1
		}
		at += i
		if text[at+f.second] == second && string(text[at:at+n]) == string(f.needle) {
			return at
		}
		// A call for every 32 bytes costs more than to look at all of them.
		if misses++; misses > 8+at>>5 {
			return f.pairs(text, at+1)
		}
	}
	return -1
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	wide  = 32 // places that are looked at together
)

// pairs is Index from a place on, by two bytes. In each of the words found, a byte is 0 where both stand; the trick with ones and
// highs marks such bytes, and some above the lowest of them that are none.
func (f *Finder) pairs(text []byte, at int) int {
	n := len(f.needle)
	places := len(text) - n + 1
	if at >= places {
		return -1
	}
	x, y := text[f.rare:f.rare+places], text[f.second:f.second+places]
	rare, second := ones*uint64(f.needle[f.rare]), ones*uint64(f.needle[f.second])
	for misses := 0; at+wide <= len(x) && at+wide <= len(y); at += wide {
		p, q := (*[wide]byte)(x[at:]), (*[wide]byte)(y[at:])
		a := binary.LittleEndian.Uint64(p[:]) ^ rare | binary.LittleEndian.Uint64(q[:]) ^ second
		b := binary.LittleEndian.Uint64(p[8:]) ^ rare | binary.LittleEndian.Uint64(q[8:]) ^ second
		c := binary.LittleEndian.Uint64(p[16:]) ^ rare | binary.LittleEndian.Uint64(q[16:]) ^ second
		d := binary.LittleEndian.Uint64(p[24:]) ^ rare | binary.LittleEndian.Uint64(q[24:]) ^ second
		a, b, c, d = (a-ones)&^a, (b-ones)&^b, (c-ones)&^c, (d-ones)&^d
		if (a|b|c|d)&highs == 0 {
			continue
		}
		for i, marks := range [...]uint64{a & highs, b & highs, c & highs, d & highs} {
			for ; marks != 0; marks &= marks - 1 {
				place := at + 8*i + bits.TrailingZeros64(marks)>>3
				if string(text[place:place+n]) == string(f.needle) {
					return place
				}
				misses++
			}
		}
		// Where the literal nearly stands again and again, comparing costs as much as it is long.
		if misses > wide+at>>4 {
			break
		}
	}
	if i := bytes.Index(text[at:], f.needle); i >= 0 {
		return at + i
	}
	return -1
}

// Needle returns the literal. The caller does not change it.
func (f *Finder) Needle() []byte { return f.needle }
