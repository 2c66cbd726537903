package filterpattern

import "tailrace/internal/match"

import "strings"

// expr is a condition, or several under one "&&" or "||".
type expr struct {
	and  bool // subs are joined by "&&", otherwise by "||"
	subs []*expr
	cond *condition // of a leaf
}

// condition compares what stands on its left: a selector of a JSON pattern, or the field of a space-delimited one.
type condition struct {
	path  selector // JSON
	field string   // space-delimited
	index int      // JSON: place in the list of the pattern's conditions
	op    operator
	value value // of an operator that has one
}

// or reads alternatives; operand reads what "&&" joins. Neither reads the blanks in front of it.
func (p *parser) or(operand func() (*expr, error)) (*expr, error) {
	return p.joined("||", false, func() (*expr, error) { return p.joined("&&", true, operand) })
}

func (p *parser) joined(token string, and bool, operand func() (*expr, error)) (*expr, error) {
	all := &expr{and: and}
	for {
		e, err := operand()
		if err != nil {
			return nil, err
		}
		if e.cond == nil && e.and == and {
			all.subs = append(all.subs, e.subs...)
		} else {
			all.subs = append(all.subs, e)
		}
		if p.blanks(); !p.take(token) {
			break
		}
		p.blanks()
	}
	if len(all.subs) == 1 {
		return all.subs[0], nil
	}
	return all, nil
}

// comparison reads an operator and its value.
func (p *parser) comparison(c *condition, ends string) error {
	for _, known := range comparisons {
		if p.take(known.text) {
			var err error
			c.op = known.op
			p.blanks()
			c.value, err = p.value(c.op, ends)
			return err
		}
	}
	return p.fail("expected an operator: = != < > <= >=")
}

// required returns what a message must contain; leaf says it of one condition.
func (e *expr) required(leaf func(*condition) []match.Need) []match.Need {
	if e.cond != nil {
		return leaf(e.cond)
	}
	var all, alternatives []match.Need
	for _, sub := range e.subs {
		clauses := sub.required(leaf)
		all = append(all, clauses...)
		alternatives = append(alternatives, match.Best(clauses))
	}
	if e.and {
		return all
	}
	return []match.Need{match.AnyOf(alternatives)}
}

func (e *expr) String() string {
	if e.cond != nil {
		return e.cond.String()
	}
	var texts []string
	for _, sub := range e.subs {
		text := sub.String()
		if e.and && sub.cond == nil {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	if e.and {
		return strings.Join(texts, " && ")
	}
	return strings.Join(texts, " || ")
}

func (c *condition) String() string {
	left := c.field
	if c.path != nil {
		left = c.path.String()
	}
	if c.op >= opIsNull {
		return left + " " + c.op.String()
	}
	return left + " " + c.op.String() + " " + c.value.String()
}
