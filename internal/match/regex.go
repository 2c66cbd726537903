package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
)

// Regex is a regular expression behind the literals that every match contains.
type Regex struct {
	source   string
	engine   *regexp.Regexp
	literal  *Finder  // the whole expression is this literal
	sequence []Finder // stand in every match in this order
	filter   Filter
	set      *Set // one of these stands in every match; nil: not known, or not worth it
	setOnly  bool // and the expression asks for nothing else
	needs    []Need
	required []Clause
}

// CompileRegex reads an expression in the syntax of package regexp. An expression whose program has more than
// maxInstructions is refused: matching visits each of them at every byte. The error is a *syntax.Error.
func CompileRegex(source string, maxInstructions int) (*Regex, error) {
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > maxInstructions {
		return nil, &syntax.Error{Code: syntax.ErrLarge, Expr: source}
	}
	r := &Regex{source: source}
	r.addLiterals(tree)
	r.engine, err = regexp.Compile(source)
	return r, err
}

func (r *Regex) addLiterals(tree *syntax.Regexp) {
	if text, ok := exactly(tree); ok && tree.Op == syntax.OpLiteral {
		f := NewFinder(text)
		r.literal = &f
	}
	must := mandatory(tree)
	for _, literal := range must.sequence {
		r.sequence = append(r.sequence, NewFinder(literal))
	}
	r.needs = Rank(must.needs())
	for _, need := range Rank(append(slices.Clone(r.needs), anyCase(choices(tree)))) {
		r.required = append(r.required, need.Literals)
	}
	if len(must.sequence) == 0 {
		r.addSet(tree)
	}
	if r.set == nil {
		r.filter = NewFilter(must.choices)
	}
}

// minSet is how many literals are looked for at once: up to three, one after the other is quicker.
const minSet = 4

// addSet looks for alternatives that all matches contain one of. If no letter of them stands for both cases they are
// known as they are written from the needs, else both cases are looked for.
func (r *Regex) addSet(tree *syntax.Regexp) {
	c := choices(tree)
	if !c.folded {
		if need := Best(r.needs); len(need.Literals) >= minSet {
			r.set = NewSet(texts(need.Literals), false)
		}
		return
	}
	r.set = NewSet(c.texts, true)
	r.setOnly = r.set != nil && c.whole && !c.exact
}

func texts(literals Clause) []string {
	var out []string
	for _, l := range literals {
		out = append(out, string(l))
	}
	return out
}

// Match tells whether the expression matches somewhere in text.
func (r *Regex) Match(text []byte) bool {
	if r.literal != nil {
		return r.literal.In(text)
	}
	if r.set != nil {
		if in := r.set.In(text); r.setOnly && in {
			return true
		} else if !in && !r.set.Unsure(text) {
			return false
		}
		return r.engine.Match(text)
	}
	return r.May(text) && r.engine.Match(text)
}

// May tells whether text has the literals that every match contains: without them there is none.
func (r *Regex) May(text []byte) bool {
	rest := text
	for i := range r.sequence {
		at := r.sequence[i].Index(rest)
		if at < 0 {
			return false
		}
		rest = rest[at+len(r.sequence[i].needle):]
	}
	return r.filter.Passes(text) && (r.set == nil || r.set.In(text) || r.set.Unsure(text))
}

// Literal returns the longest literal that stands in every matching text, nil if there is none.
func (r *Regex) Literal() *Finder {
	longest := r.literal
	for i := range r.sequence {
		if f := &r.sequence[i]; longest == nil || len(f.needle) > len(longest.needle) {
			longest = f
		}
	}
	return longest
}

// Engine returns the compiled expression, for its groups.
func (r *Regex) Engine() *regexp.Regexp { return r.engine }

// Needs returns what every matching text contains, the most selective first. The caller does not change it.
func (r *Regex) Needs() []Need { return r.needs }

// Required returns clauses that every matching text satisfies if upper and lower case of ASCII letters are not told apart, the
// most selective first: Needs, and what is known of an expression that takes any case. The caller does not change it.
func (r *Regex) Required() []Clause { return r.required }

// String returns the expression as it was given.
func (r *Regex) String() string { return r.source }
