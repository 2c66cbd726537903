package plan

import (
	"strings"

	"tailrace/internal/insights/function"
	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// Expr is a compiled expression: *Column, *Const, *Call, *Logic, *Not, *Compare, *Arith, *Like, *In, *Path or *Total.
type Expr interface{ String() string }

// Column is a column of the rows.
type Column struct {
	Index int
	Name  string
}

// Const is the same for all rows.
type Const struct{ Value value.Value }

// Call calls a scalar function. The arguments of Func are Args, and behind them its implicit field if it has one; an argument
// that is a period, which Func knows, is nil.
type Call struct {
	Name string
	Func *function.Call
	Args []Expr
	Text string // of the arguments, as they were written
}

// Logic is X and Y, or X or Y.
type Logic struct {
	Or   bool
	X, Y Expr
}

// Not negates a condition.
type Not struct{ X Expr }

// Compare compares two values.
type Compare struct {
	Op   value.Op
	X, Y Expr
}

// Arith computes with two numbers.
type Arith struct {
	Op   value.Arithmetic
	X, Y Expr
}

// Like looks for a text or a regular expression: one of Finder and Regex is set.
type Like struct {
	X      Expr
	Not    bool
	Finder *match.Finder
	Regex  *match.Regex
}

// In tells whether a value is one of some: of List or, if it is not nil, of what Query gives.
type In struct {
	X     Expr
	Not   bool
	List  []Expr
	Query *Plan
}

// Path is what stands at a path of a map or list; steps are joined with dots.
type Path struct {
	X    Expr
	Path []string
}

func (c *Column) String() string { return c.Name }

func (c *Const) String() string {
	if c.Value.Kind() == value.Text {
		return quote(string(c.Value.Bytes()))
	}
	if c.Value.IsNull() {
		return "null"
	}
	return c.Value.String()
}

func (c *Call) String() string { return c.Name + "(" + c.Text + ")" }

func (l *Logic) String() string {
	word := " and "
	if l.Or {
		word = " or "
	}
	return "(" + l.X.String() + word + l.Y.String() + ")"
}

func (n *Not) String() string { return "not " + n.X.String() }

func (c *Compare) String() string { return c.X.String() + " " + c.Op.String() + " " + c.Y.String() }

func (a *Arith) String() string {
	return "(" + a.X.String() + " " + a.Op.String() + " " + a.Y.String() + ")"
}

// Found is the test of a text, whatever Not says. It is safe for concurrent use.
func (l *Like) Found() func(text []byte) bool {
	if l.Regex != nil {
		return l.Regex.Match
	}
	return l.Finder.In
}

func (l *Like) String() string {
	word := " like "
	if l.Not {
		word = " not like "
	}
	if l.Regex != nil {
		return l.X.String() + word + "/" + l.Regex.String() + "/"
	}
	return l.X.String() + word + quote(string(l.Finder.Needle()))
}

func (in *In) String() string {
	word := " in "
	if in.Not {
		word = " not in "
	}
	if in.Query != nil {
		return in.X.String() + word + "(query)"
	}
	list := make([]string, len(in.List))
	for i, e := range in.List {
		list[i] = e.String()
	}
	return in.X.String() + word + "[" + strings.Join(list, ", ") + "]"
}

func (p *Path) String() string { return p.X.String() + "." + strings.Join(p.Path, ".") }

// Total is the sum of the numbers among some columns, null if there are none. Times are no numbers here.
type Total struct{ Columns []*Column }

func (t *Total) String() string { return "total(" + names(t.Columns) + ")" }

// walk visits an expression and all that it is made of.
func walk(e Expr, visit func(Expr)) {
	if e == nil {
		return
	}
	visit(e)
	for _, x := range parts(e) {
		walk(x, visit)
	}
}

func parts(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		return e.Args
	case *Logic:
		return []Expr{e.X, e.Y}
	case *Not:
		return []Expr{e.X}
	case *Compare:
		return []Expr{e.X, e.Y}
	case *Arith:
		return []Expr{e.X, e.Y}
	case *Like:
		return []Expr{e.X}
	case *In:
		return append([]Expr{e.X}, e.List...)
	case *Path:
		return []Expr{e.X}
	case *Total:
		list := make([]Expr, len(e.Columns))
		for i, column := range e.Columns {
			list[i] = column
		}
		return list
	}
	return nil
}

// conjuncts are the conditions that all hold where e does.
func conjuncts(e Expr) []Expr {
	if l, ok := e.(*Logic); ok && !l.Or {
		return append(conjuncts(l.X), conjuncts(l.Y)...)
	}
	return []Expr{e}
}

// conjunction joins conditions, nil if there are none.
func conjunction(list []Expr) Expr {
	var all Expr
	for _, e := range list {
		if all == nil {
			all = e
		} else {
			all = &Logic{X: all, Y: e}
		}
	}
	return all
}
