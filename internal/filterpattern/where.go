package filterpattern

import (
	"math"
	"strconv"
	"strings"

	"tailrace/internal/leaf"
)

// Where returns clauses of each of which some condition holds for a leaf of every matching message: what columns of fields
// may skip by. Without a clause nothing is known. The caller does not change the result.
func (p *Pattern) Where() [][]leaf.Condition {
	if o, ok := p.form.(*object); ok {
		return o.where.conditions()
	}
	return nil
}

// conditions returns all clauses of what "&&" joins; of alternatives the first clause of each, in one.
func (e *expr) conditions() (all [][]leaf.Condition) {
	if e.cond != nil {
		if c, ok := e.cond.ofLeaf(); ok {
			return [][]leaf.Condition{{c}}
		}
		return nil
	}
	var alternatives []leaf.Condition
	for _, sub := range e.subs {
		clauses := sub.conditions()
		if e.and {
			all = append(all, clauses...)
			continue
		}
		if len(clauses) == 0 {
			return nil
		}
		alternatives = append(alternatives, clauses[0]...)
	}
	if e.and {
		return all
	}
	return [][]leaf.Condition{alternatives}
}

// ofLeaf is what the condition asks of a leaf, false if it is about none, or about many.
func (c *condition) ofLeaf() (leaf.Condition, bool) {
	if c.op == opNotExists {
		return leaf.Condition{}, false
	}
	var path []string
	for _, s := range c.path {
		switch s.kind {
		case stepName:
			path = append(path, s.name)
		case stepIndex:
			path = append(path, strconv.Itoa(s.index))
		default:
			return leaf.Condition{}, false
		}
	}
	least, most := c.bounds()
	return leaf.Condition{Path: strings.Join(path, "."), Least: least, Most: most, Accepts: c.accepts}, true
}

// bounds are those of the JSON numbers that can satisfy the condition.
func (c *condition) bounds() (least, most float64) {
	least, most = math.Inf(-1), math.Inf(1)
	if c.op >= opIsNull {
		return most, least
	}
	if c.value.decimal == nil {
		return least, most
	}
	number, _ := strconv.ParseFloat(c.value.text, 64) // of what is out of range the bound
	switch c.op {
	case opEqual:
		return number, number
	case opLess, opLessEqual:
		return least, number
	case opGreater, opGreaterEqual:
		return number, most
	}
	return least, most
}

// accepts compares a leaf as the walk over its message does.
func (c *condition) accepts(v leaf.Value) bool {
	switch {
	case c.op < opIsNull:
		return c.value.satisfied(c.op, v.AppendText(nil), v.Kind.IsNumber())
	case c.op == opIsNull:
		return v.Kind == leaf.Null
	case c.op == opIsTrue:
		return v.Kind == leaf.True
	}
	return v.Kind == leaf.False
}
