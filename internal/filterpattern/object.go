package filterpattern

import "tailrace/internal/match"

// object is a JSON pattern (cloudwatch-logs.md §8.3): conditions that a message is walked for once.
type object struct {
	where  *expr
	conds  []*condition
	trie   trie
	filter match.Filter
}

func (p *parser) object() (form, error) {
	o := &object{}
	p.take("{")
	p.blanks()
	var err error
	if o.where, err = p.or(func() (*expr, error) { return p.primary(o) }); err != nil {
		return nil, err
	}
	if !p.take("}") {
		return nil, p.fail("expected &&, || or }")
	}
	if p.blanks(); !p.atEnd() {
		return nil, p.fail("text after the pattern's }")
	}
	o.trie = newTrie(o.conds)
	o.filter = match.NewFilter(o.required())
	return o, nil
}

// primary reads a condition or an expression in parentheses.
func (p *parser) primary(o *object) (*expr, error) {
	if !p.take("(") {
		return p.jsonCondition(o)
	}
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("more than %d parentheses deep", maxDepth)
	}
	p.blanks()
	e, err := p.or(func() (*expr, error) { return p.primary(o) })
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.fail("expected &&, || or )")
	}
	p.depth--
	return e, nil
}

func (p *parser) jsonCondition(o *object) (*expr, error) {
	if err := p.countTerm(); err != nil {
		return nil, err
	}
	path, err := p.selector()
	if err != nil {
		return nil, err
	}
	c := &condition{path: path, index: len(o.conds)}
	p.blanks()
	if isWord(p.peek()) {
		err = p.state(c)
	} else {
		err = p.comparison(c, "&|)}")
	}
	o.conds = append(o.conds, c)
	return &expr{cond: c}, err
}

// state reads IS NULL, IS TRUE, IS FALSE or NOT EXISTS.
func (p *parser) state(c *condition) error {
	start := p.pos
	first := p.run(isWord)
	p.blanks()
	switch second := p.run(isWord); first + " " + second {
	case "IS NULL":
		c.op = opIsNull
	case "IS TRUE":
		c.op = opIsTrue
	case "IS FALSE":
		c.op = opIsFalse
	case "NOT EXISTS":
		c.op = opNotExists
	default:
		return p.failAt(start, "expected an operator: = != < > <= >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS")
	}
	return nil
}

func (o *object) match(message []byte) bool {
	if !looksLikeObject(message) || !o.filter.Passes(message) {
		return false
	}
	w := walker{trie: o.trie, text: message}
	ok := w.document()
	w.release()
	return ok && o.where.holds(&w.found)
}

// looksLikeObject spares most lines that are no JSON the walk.
func looksLikeObject(message []byte) bool {
	for len(message) > 0 && isBlank(message[0]) {
		message = message[1:]
	}
	return len(message) > 0 && message[0] == '{'
}

// holds evaluates the expression over the conditions that the message satisfied. NOT EXISTS is found when it is false.
func (e *expr) holds(found *bitset) bool {
	if e.cond != nil {
		return found.has(e.cond.index) != (e.cond.op == opNotExists)
	}
	for _, sub := range e.subs {
		if sub.holds(found) != e.and {
			return !e.and
		}
	}
	return e.and
}

func (o *object) matchAll() bool { return false }

func (o *object) required() []match.Need { return match.Rank(o.where.required(jsonRequired)) }

// jsonRequired returns what stands in every message that satisfies a condition: the name of the property and the text of
// its value, unless characters of them are written as escapes.
func jsonRequired(c *condition) []match.Need {
	if c.op == opNotExists {
		return nil
	}
	var out []match.Need
	if c.op == opEqual && c.value.onlyString() {
		out = append(out, match.JSONString(c.value.text))
	} else if c.op == opEqual {
		for _, v := range c.value.required() {
			out = append(out, match.InJSON(v))
		}
	}
	for _, s := range c.path {
		if s.kind == stepName {
			name := match.JSONString(s.name)
			name.Weight = min(name.Weight, 1) // a name is in most messages of its kind
			out = append(out, name)
		}
	}
	return out
}

// onlyString tells whether nothing but one JSON string is equal to the value.
func (v *value) onlyString() bool {
	switch v.text {
	case "true", "false", "null":
		return false
	}
	return v.regex == nil && v.decimal == nil && !v.anyHead && !v.anyTail
}

func (o *object) String() string { return "{ " + o.where.String() + " }" }
