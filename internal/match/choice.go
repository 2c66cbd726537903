package match

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// choice is a set of ASCII texts in lower case, one of which, in some case, is in every match of an expression.
type choice struct {
	texts  []string // none: nothing is known
	whole  bool     // a match is nothing but one of the texts
	folded bool     // letters of them stand for both cases
	exact  bool     // letters of them stand for themselves
}

// choices walks the tree of an expression.
func choices(tree *syntax.Regexp) choice {
	switch tree.Op {
	case syntax.OpEmptyMatch:
		return choice{texts: []string{""}, whole: true}
	case syntax.OpLiteral:
		return literalChoice(tree)
	case syntax.OpCharClass:
		return classChoice(tree)
	case syntax.OpCapture:
		return choices(tree.Sub[0])
	case syntax.OpPlus:
		return part(choices(tree.Sub[0]))
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return part(choices(tree.Sub[0]))
		}
	case syntax.OpAlternate:
		return alternateChoice(tree.Sub)
	case syntax.OpConcat:
		return concatChoice(tree.Sub)
	}
	return choice{}
}

func part(c choice) choice {
	c.whole = false
	return c
}

// literalChoice takes the longest run of ASCII.
func literalChoice(tree *syntax.Regexp) choice {
	text := string(tree.Rune)
	longest := ""
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	fold := tree.Flags&syntax.FoldCase != 0
	return choice{texts: []string{strings.ToLower(longest)}, whole: len(longest) == len(text), folded: fold, exact: !fold}
}

// maxClass bounds the characters of a class that are written out.
const maxClass = 4

func classChoice(tree *syntax.Regexp) choice {
	c := choice{whole: true, exact: true}
	for i := 0; i < len(tree.Rune); i += 2 {
		if tree.Rune[i+1] >= utf8.RuneSelf || int(tree.Rune[i+1]-tree.Rune[i])+len(c.texts) >= maxClass {
			return choice{}
		}
		for r := tree.Rune[i]; r <= tree.Rune[i+1]; r++ {
			c.texts = append(c.texts, strings.ToLower(string(r)))
		}
	}
	return c
}

func alternateChoice(subs []*syntax.Regexp) choice {
	out := choice{whole: true}
	for _, sub := range subs {
		c := choices(sub)
		if len(c.texts) == 0 || len(out.texts)+len(c.texts) > maxAlternatives {
			return choice{}
		}
		out = choice{append(out.texts, c.texts...), out.whole && c.whole, out.folded || c.folded, out.exact || c.exact}
	}
	return out
}

// concatChoice multiplies the texts of neighbours that are whole, and returns the best of what that gives.
func concatChoice(subs []*syntax.Regexp) choice {
	nothing := choice{texts: []string{""}, whole: true}
	run, best, whole := nothing, choice{}, true
	for _, sub := range subs {
		c := choices(sub)
		if product, ok := run.times(c); ok {
			run = product
			continue
		}
		whole = false
		best = better(better(best, run), c)
		if run = nothing; c.whole && len(c.texts) > 0 { // too many to multiply
			run = c
		}
	}
	best = better(best, run)
	best.whole = whole
	return best
}

// times returns the texts of next each behind each of c's, if next is whole and they are few.
func (c choice) times(next choice) (choice, bool) {
	if !next.whole || len(next.texts) == 0 || len(c.texts)*len(next.texts) > maxAlternatives {
		return choice{}, false
	}
	out := choice{whole: c.whole, folded: c.folded || next.folded, exact: c.exact || next.exact}
	for _, head := range c.texts {
		for _, tail := range next.texts {
			out.texts = append(out.texts, head+tail)
		}
	}
	return out, true
}

// better returns the choice whose shortest text is longer.
func better(a, b choice) choice {
	if b.shortest() > a.shortest() || b.shortest() == a.shortest() && len(b.texts) < len(a.texts) {
		return b
	}
	return a
}

func (c choice) shortest() int {
	if len(c.texts) == 0 {
		return -1
	}
	n := len(c.texts[0])
	for _, t := range c.texts {
		n = min(n, len(t))
	}
	return n
}

// anyCase is what a choice whose texts stand for both cases says to who does not tell ASCII letters' cases apart: the longest part
// of each text without k and s, which U+212A and U+017F, no letters of ASCII, are equal to.
func anyCase(c choice) Need {
	if !c.folded {
		return Need{}
	}
	var alternatives []Need
	for _, text := range c.texts {
		longest := ""
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == 'k' || r == 's' }) {
			if len(part) > len(longest) {
				longest = part
			}
		}
		alternatives = append(alternatives, Literal(longest))
	}
	return AnyOf(alternatives)
}
