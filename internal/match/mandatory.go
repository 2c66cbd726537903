package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// musts is what every match of an expression contains.
type musts struct {
	sequence []string // these literals, in this order, without overlap
	choices  []Need   // and of each of these one literal, anywhere
}

// maxRepeatedLiteral bounds the literals that repetitions are written out to, in bytes.
const maxRepeatedLiteral = 64

// mandatory walks the tree of an expression. Unknown parts promise nothing.
func mandatory(tree *syntax.Regexp) musts {
	if text, ok := exactly(tree); ok {
		return newMusts(text)
	}
	switch tree.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return mandatory(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return mandatory(tree.Sub[0])
		}
	case syntax.OpConcat:
		return mandatoryConcat(tree.Sub)
	case syntax.OpAlternate:
		return mandatoryChoice(tree.Sub)
	}
	return musts{}
}

func newMusts(text string) musts {
	if text == "" {
		return musts{}
	}
	return musts{sequence: []string{text}}
}

// mandatoryConcat joins the literals of neighbours that are exact.
func mandatoryConcat(subs []*syntax.Regexp) musts {
	var out musts
	joined := ""
	flush := func() {
		out.sequence = append(out.sequence, newMusts(joined).sequence...)
		joined = ""
	}
	for _, sub := range subs {
		if text, ok := exactly(sub); ok {
			joined += text
			continue
		}
		flush()
		m := mandatory(sub)
		out.sequence = append(out.sequence, m.sequence...)
		out.choices = append(out.choices, m.choices...)
	}
	flush()
	return out
}

func mandatoryChoice(subs []*syntax.Regexp) musts {
	var alternatives []Need
	for _, sub := range subs {
		alternatives = append(alternatives, Best(mandatory(sub).needs()))
	}
	if c := AnyOf(alternatives); len(c.Literals) > 0 {
		return musts{choices: []Need{c}}
	}
	return musts{}
}

func (m musts) needs() []Need {
	out := slices.Clone(m.choices)
	for _, text := range m.sequence {
		out = append(out, Literal(text))
	}
	return out
}

// exactly returns the only text that the tree matches, if it is one: then nothing of it depends on where it stands. U+FFFD is no
// text: package regexp takes bytes that are no UTF-8 for it.
func exactly(tree *syntax.Regexp) (string, bool) {
	switch tree.Op {
	case syntax.OpEmptyMatch:
		return "", true
	case syntax.OpLiteral:
		return string(tree.Rune), tree.Flags&syntax.FoldCase == 0 && !slices.Contains(tree.Rune, utf8.RuneError)
	case syntax.OpCharClass:
		if len(tree.Rune) == 2 && tree.Rune[0] == tree.Rune[1] && tree.Rune[0] != utf8.RuneError {
			return string(tree.Rune[0]), true
		}
	case syntax.OpRepeat:
		text, ok := exactly(tree.Sub[0])
		if ok && tree.Min == tree.Max && len(text)*tree.Min <= maxRepeatedLiteral {
			return strings.Repeat(text, tree.Min), true
		}
	}
	return "", false
}
