package match

// Any looks for any of a few literals.
type Any struct {
	finders []Finder
	longest int
}

// NewAny compiles literals, of which there is one at least.
func NewAny(literals Clause) *Any {
	a := &Any{}
	for _, l := range literals {
		a.finders = append(a.finders, NewFinder(string(l)))
		a.longest = max(a.longest, len(l))
	}
	return a
}

// In tells whether one of the literals stands in text.
func (a *Any) In(text []byte) bool { return anyIn(a.finders, text) }

// anyWindow is how many bytes are searched for one literal before they are searched for the next, so that one that is rare is
// not looked for over and over again behind one that is not.
const anyWindow = 4 << 10

// Index returns where the first of the literals stands in text, or -1.
func (a *Any) Index(text []byte) int {
	if len(a.finders) == 1 {
		return a.finders[0].Index(text)
	}
	for from := 0; from < len(text); from += anyWindow {
		window, first := text[from:min(len(text), from+anyWindow+a.longest-1)], -1
		for i := range a.finders {
			if at := a.finders[i].Index(window); at >= 0 && (first < 0 || at < first) {
				first = at
				window = window[:min(len(window), at+a.longest-1)]
			}
		}
		if first >= 0 {
			return from + first
		}
	}
	return -1
}
