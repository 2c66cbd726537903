package filterpattern

import (
	"cmp"
	"slices"
)

// clause is a Clause with what is known of its use. No literals: nothing is known.
type clause struct {
	literals Clause
	weight   int // length of the shortest literal, less for what most messages have: more is more selective
}

// maxAlternatives bounds the literals of one clause: looking for more costs more than it saves.
const maxAlternatives = 64

func literalClause(text string) clause {
	if text == "" {
		return clause{}
	}
	return clause{literals: Clause{[]byte(text)}, weight: len(text)}
}

// rank drops what says nothing and puts the most selective first.
func rank(clauses []clause) []clause {
	clauses = slices.DeleteFunc(clauses, func(c clause) bool { return len(c.literals) == 0 })
	slices.SortStableFunc(clauses, func(a, b clause) int { return cmp.Compare(b.weight, a.weight) })
	return clauses
}

// best returns the most selective of clauses that all hold.
func best(clauses []clause) clause {
	if clauses = rank(slices.Clone(clauses)); len(clauses) > 0 {
		return clauses[0]
	}
	return clause{}
}

// anyOf returns what is known if one of the alternatives holds: nothing if nothing is known of one of them.
func anyOf(alternatives []clause) clause {
	var out clause
	for i, c := range alternatives {
		if len(c.literals) == 0 {
			return clause{}
		}
		if i == 0 || c.weight < out.weight {
			out.weight = c.weight
		}
		for _, l := range c.literals {
			if !slices.ContainsFunc(out.literals, func(have []byte) bool { return string(have) == string(l) }) {
				out.literals = append(out.literals, l)
			}
		}
	}
	if len(out.literals) > maxAlternatives {
		return clause{}
	}
	return out
}

// prefilter holds clauses ready to be looked for.
type prefilter [][]finder

func newPrefilter(clauses []clause) prefilter {
	var f prefilter
	for _, c := range clauses {
		var alternatives []finder
		for _, l := range c.literals {
			alternatives = append(alternatives, newFinder(string(l)))
		}
		f = append(f, alternatives)
	}
	return f
}

// passes tells whether the message satisfies every clause.
func (f prefilter) passes(message []byte) bool {
	for _, clause := range f {
		if !anyIn(clause, message) {
			return false
		}
	}
	return true
}

func anyIn(finders []finder, message []byte) bool {
	for i := range finders {
		if finders[i].in(message) {
			return true
		}
	}
	return false
}
