package match

import "bytes"

// Finder looks for a literal by its byte that is rarest in log text: bytes.IndexByte runs over the rest at the speed of
// memory, where bytes.Index would stop at each of the first byte.
type Finder struct {
	needle []byte
	rare   int // index in needle of the byte that is looked for
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
	for i, c := range f.needle {
		if commonness[c] < commonness[f.needle[f.rare]] {
			f.rare = i
		}
	}
	return f
}

// In tells whether text contains the literal.
func (f *Finder) In(text []byte) bool { return f.Index(text) >= 0 }

// Index returns where the literal first stands in text, or -1.
func (f *Finder) Index(text []byte) int {
	n := len(f.needle)
	if n == 0 {
		return 0
	}
	rare, last := f.needle[f.rare], len(text)-n
	for at, misses := 0, 0; at <= last; at++ {
		i := bytes.IndexByte(text[at+f.rare:last+f.rare+1], rare)
		if i < 0 {
			return -1
		}
		at += i
		if string(text[at:at+n]) == string(f.needle) {
			return at
		}
		// Where the byte is not rare after all, the many short calls cost more than one long search.
		if misses++; misses > 8+at>>4 {
			if i = bytes.Index(text[at+1:], f.needle); i >= 0 {
				i += at + 1
			}
			return i
		}
	}
	return -1
}

// Needle returns the literal. The caller does not change it.
func (f *Finder) Needle() []byte { return f.needle }
