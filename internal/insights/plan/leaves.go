package plan

import (
	"math"
	"slices"
	"strings"

	"tailrace/internal/insights/value"
	"tailrace/internal/leaf"
	"tailrace/internal/match"
)

// Clause is alternatives of which one holds of a leaf of every wanted message: what the storage may leave out rows by.
type Clause struct {
	Conditions []leaf.Condition
	Expr       Expr // that asks for it
}

// whereOf is what a condition asks of leaves, nil if that is not known.
func (s *Scan) whereOf(e Expr) []leaf.Condition {
	if c, ok := s.leafCondition(e); ok {
		return []leaf.Condition{c}
	}
	l, ok := e.(*Logic)
	if !ok {
		return nil
	}
	x, y := s.whereOf(l.X), s.whereOf(l.Y)
	switch {
	case l.Or && (x == nil || y == nil):
		return nil
	case l.Or:
		return slices.Concat(x, y)
	case x == nil:
		return y
	}
	return x
}

// leafCondition is a condition on one leaf as the storage asks it; ok is false if it is about anything else, or holds without the
// leaf.
func (s *Scan) leafCondition(e Expr) (c leaf.Condition, ok bool) {
	columns := Columns{}
	columns.add(e)
	of := columns.Sorted()
	if len(of) != 1 {
		return leaf.Condition{}, false
	}
	path, holds := s.leaf(of[0]), truth(e)
	if path == "" || holds == nil || holds(value.Value{}) {
		return leaf.Condition{}, false
	}
	least, most := numbers(e)
	return leaf.Condition{Path: path, Least: least, Most: most, Accepts: func(v leaf.Value) bool { return holds(value.FromLeaf(v)) }}, true
}

// leaf is the path of the leaf that a column is, empty if it is none, or not that alone.
func (s *Scan) leaf(column int) string {
	for i := range s.Columns {
		if source := &s.Columns[i]; source.Column == column && !source.Content {
			return source.Leaf()
		}
	}
	return ""
}

// Leaf is the leaf of messages that the field is, empty for a field of the system. A leaf whose name begins with @ has one
// more in queries (cloudwatch-logs.md §16.2).
func (s *Source) Leaf() string {
	switch {
	case strings.HasPrefix(s.Name, "@@"):
		return s.Name[1:]
	case strings.HasPrefix(s.Name, "@"):
		return ""
	}
	return s.Name
}

// maxListed is how many elements a list has at most that each value is compared with.
const maxListed = 64

// truth is a condition on one column as a function of its value; nil if it is more than comparisons with what is constant.
func truth(e Expr) func(value.Value) bool {
	switch e := e.(type) {
	case *Column:
		return value.Value.Truth
	case *Compare:
		if op, c, ok := constant(e); ok {
			return func(v value.Value) bool { return value.Compare(op, v, c) }
		}
	case *In:
		return truthOfIn(e)
	case *Like:
		return truthOfLike(e)
	case *Not:
		if x := truth(e.X); x != nil {
			return func(v value.Value) bool { return !x(v) }
		}
	case *Logic:
		x, y := truth(e.X), truth(e.Y)
		switch {
		case x == nil || y == nil:
		case e.Or:
			return func(v value.Value) bool { return x(v) || y(v) }
		default:
			return func(v value.Value) bool { return x(v) && y(v) }
		}
	case *Call:
		if e.Name == "ispresent" && isColumn(e.Args[0]) {
			return func(v value.Value) bool { return !v.IsNull() }
		}
	}
	return nil
}

func isColumn(e Expr) bool {
	_, ok := e.(*Column)
	return ok
}

// constant is a comparison of a column with a constant, the column on the left.
func constant(e *Compare) (op value.Op, c value.Value, ok bool) {
	if y, ok := e.Y.(*Const); ok {
		return e.Op, y.Value, isColumn(e.X)
	}
	if x, ok := e.X.(*Const); ok {
		return e.Op.Mirrored(), x.Value, isColumn(e.Y)
	}
	return 0, value.Value{}, false
}

// listed are the elements of a list of constants that a column is compared with; nil if it is none.
func listed(e *In) (list []value.Value) {
	if e.Query != nil || len(e.List) > maxListed || !isColumn(e.X) {
		return nil
	}
	for _, element := range e.List {
		c, ok := element.(*Const)
		if !ok {
			return nil
		}
		list = append(list, c.Value)
	}
	return list
}

func truthOfIn(e *In) func(value.Value) bool {
	list := listed(e)
	if list == nil {
		return nil
	}
	return func(v value.Value) bool {
		return e.Not != slices.ContainsFunc(list, func(element value.Value) bool { return value.Compare(value.Equal, v, element) })
	}
}

func truthOfLike(e *Like) func(value.Value) bool {
	if !isColumn(e.X) {
		return nil
	}
	found := e.Found()
	return func(v value.Value) bool {
		if v.Kind() == value.Text {
			return e.Not != found(v.Bytes())
		}
		return e.Not != (v.IsScalar() && found(v.Append(nil)))
	}
}

// numbers bounds the numbers for which a condition on one column may hold, rounded to float64; none if least is above most.
func numbers(e Expr) (least, most float64) {
	least, most = math.Inf(-1), math.Inf(1)
	switch e := e.(type) {
	case *Compare:
		if op, c, ok := constant(e); ok {
			return numbersOf(op, c)
		}
	case *In:
		if list := listed(e); list != nil && !e.Not {
			least, most = most, least
			for _, c := range list {
				a, b := numbersOf(value.Equal, c)
				least, most = min(least, a), max(most, b)
			}
		}
	case *Logic:
		a, b := numbers(e.X)
		c, d := numbers(e.Y)
		if e.Or {
			return min(a, c), max(b, d)
		}
		return max(a, c), min(b, d)
	}
	return least, most
}

func numbersOf(op value.Op, c value.Value) (least, most float64) {
	least, most = math.Inf(-1), math.Inf(1)
	n, ok := c.Number()
	switch {
	case op == value.NotEqual:
	case !ok: // a number and a text that is none are not equal, and have no order
		return most, least
	case op == value.Equal:
		return n.Float(), n.Float()
	case op == value.Less || op == value.LessEqual:
		return least, n.Float()
	default:
		return n.Float(), most
	}
	return least, most
}

// needOfLeaf is what a message has to contain where a condition on leaves holds: the text that it asks for, else the name of the leaf.
func (s *Scan) needOfLeaf(e Expr) match.Need {
	c, ok := s.leafCondition(e)
	if !ok {
		return match.Need{}
	}
	text := match.Need{}
	switch e := e.(type) {
	case *Compare:
		if op, c, _ := constant(e); op == value.Equal {
			text = needOfText(c)
		}
	case *In:
		if !e.Not {
			var alternatives []match.Need
			for _, c := range listed(e) {
				alternatives = append(alternatives, needOfText(c))
			}
			text = match.AnyOf(alternatives)
		}
	case *Like:
		if !e.Not {
			text = notOfNumbers(match.InJSON(needOfLike(e)))
		}
	}
	if len(text.Literals) > 0 {
		return text
	}
	return needOfName(c.Path)
}

// needOfText is what a message has to contain that has a leaf equal to a text: nothing is known of one that other values equal too.
func needOfText(c value.Value) match.Need {
	if c.Kind() != value.Text || string(c.Bytes()) == "true" || string(c.Bytes()) == "false" {
		return match.Need{}
	}
	if _, number := c.Number(); number {
		return match.Need{}
	}
	return match.JSONString(string(c.Bytes()))
}

// notOfNumbers drops a need that texts of numbers may satisfy: these are not always printed as they stand in the message.
func notOfNumbers(n match.Need) match.Need {
	for _, l := range n.Literals {
		if strings.Trim(string(l), "0123456789+-.eE") == "" {
			return match.Need{}
		}
	}
	return n
}

// needOfName is what a message has to contain that has a leaf at a path: the end of the last property's name, which may have dots.
func needOfName(path string) match.Need {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if strings.Trim(last, "0123456789") == "" { // perhaps the index of an element
		return match.Need{}
	}
	need := match.JSONEnd(last)
	need.Weight = min(need.Weight, 1) // a name is in most messages of its kind
	return need
}
