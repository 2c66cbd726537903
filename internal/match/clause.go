package match

import (
	"cmp"
	"slices"
)

// Clause is a set of literals; a message that satisfies it contains at least one of them.
type Clause = [][]byte

// Need is a Clause that messages must satisfy, with what is known of its use. No literals: nothing is known.
type Need struct {
	Literals Clause
	Weight   int // length of the shortest literal, less for what most messages have: more is more selective
}

// maxAlternatives bounds the literals of one clause: looking for more costs more than it saves.
const maxAlternatives = 64

// Literal returns the need of what contains text.
func Literal(text string) Need {
	if text == "" {
		return Need{}
	}
	return Need{Literals: Clause{[]byte(text)}, Weight: len(text)}
}

// Rank drops what says nothing and puts the most selective first. It changes needs.
func Rank(needs []Need) []Need {
	needs = slices.DeleteFunc(needs, func(n Need) bool { return len(n.Literals) == 0 })
	slices.SortStableFunc(needs, func(a, b Need) int { return cmp.Compare(b.Weight, a.Weight) })
	return needs
}

// Best returns the most selective of needs that all hold.
func Best(needs []Need) Need {
	if needs = Rank(slices.Clone(needs)); len(needs) > 0 {
		return needs[0]
	}
	return Need{}
}

// AnyOf returns what is known if one of the alternatives holds: nothing if nothing is known of one of them.
func AnyOf(alternatives []Need) Need {
	var out Need
	for i, n := range alternatives {
		if len(n.Literals) == 0 {
			return Need{}
		}
		if i == 0 || n.Weight < out.Weight {
			out.Weight = n.Weight
		}
		for _, l := range n.Literals {
			if !slices.ContainsFunc(out.Literals, func(have []byte) bool { return string(have) == string(l) }) {
				out.Literals = append(out.Literals, l)
			}
		}
	}
	if len(out.Literals) > maxAlternatives {
		return Need{}
	}
	return out
}

// Filter holds needs ready to be looked for.
type Filter [][]Finder

// NewFilter compiles needs.
func NewFilter(needs []Need) Filter {
	var f Filter
	for _, n := range needs {
		var alternatives []Finder
		for _, l := range n.Literals {
			alternatives = append(alternatives, NewFinder(string(l)))
		}
		f = append(f, alternatives)
	}
	return f
}

// Passes tells whether the message satisfies every need.
func (f Filter) Passes(message []byte) bool {
	for _, alternatives := range f {
		if !anyIn(alternatives, message) {
			return false
		}
	}
	return true
}

func anyIn(finders []Finder, message []byte) bool {
	for i := range finders {
		if finders[i].In(message) {
			return true
		}
	}
	return false
}
