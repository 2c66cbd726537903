package syntax

import (
	"strconv"
	"strings"
)

// Expr is an expression: *String, *Number, *Bool, *Duration, *Regex, *Field, *Call, *Unary, *Binary, *Like or *In.
type Expr interface {
	Node
	expr()
}

// String is a string literal; Value is its text without quotes and escapes.
type String struct {
	Span
	Value string
}

// Number is a number literal as it was written: digits, perhaps a point and digits, perhaps a "-" in front.
type Number struct {
	Span
	Text string
}

// Bool is true or false.
type Bool struct {
	Span
	Value bool
}

// Regex is a regular expression between slashes, in the syntax of package regexp; "\/" is written "/" here.
type Regex struct {
	Span
	Source string
}

// Field names a field of an event, a column of the stage before, or something inside of one of them.
type Field struct {
	Span
	Path []Step // at least one
}

// Step is a key of an object or, in brackets, the place of an element in a list.
type Step struct {
	Key     string
	Index   int // if Bracket
	Bracket bool
}

// Name joins the path with dots, as leaves of JSON messages are called: items[0].id and items.0.id are items.0.id.
func (f *Field) Name() string {
	if len(f.Path) == 1 {
		return f.Path[0].String()
	}
	var name strings.Builder
	for i, step := range f.Path {
		if i > 0 {
			name.WriteByte('.')
		}
		name.WriteString(step.String())
	}
	return name.String()
}

// String returns the key, or the digits of the index.
func (s Step) String() string {
	if s.Bracket {
		return strconv.Itoa(s.Index)
	}
	return s.Key
}

// Call calls a function or an aggregate.
type Call struct {
	Span
	Func string // the name in Functions, however it was written
	Args []Expr
	Star bool // count(*), which has no Args
}

// Op is an operator of Unary and Binary, as it is printed.
type Op string

// The operators. Neg and Sub are written alike.
const (
	Or           Op = "or"
	And          Op = "and"
	Not          Op = "not"
	Equal        Op = "="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	Add          Op = "+"
	Sub          Op = "-"
	Mul          Op = "*"
	Div          Op = "/"
	Mod          Op = "%"
	Pow          Op = "^"
	Neg          Op = "-"
)

// Unary is Not or Neg of an expression. A "-" before a number is part of that Number.
type Unary struct {
	Span
	Op Op
	X  Expr
}

// Binary is one of the other operators. All but Pow are grouped from the left.
type Binary struct {
	Span
	Op   Op
	X, Y Expr
}

// Like is x like "substring", x like /regex/ or x =~ /regex/.
type Like struct {
	Span
	X       Expr
	Not     bool
	Pattern Expr // *String or *Regex
}

// In is x in [a, b] or x in (subquery): List or Query.
type In struct {
	Span
	X     Expr
	Not   bool
	List  []Expr
	Query *Query
}

func (*String) expr()   {}
func (*Number) expr()   {}
func (*Bool) expr()     {}
func (*Duration) expr() {}
func (*Regex) expr()    {}
func (*Field) expr()    {}
func (*Call) expr()     {}
func (*Unary) expr()    {}
func (*Binary) expr()   {}
func (*Like) expr()     {}
func (*In) expr()       {}

// Walk visits an expression and then, where visit returns true, what it is made of, from left to right. It does not enter
// the query of an In.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	switch e := e.(type) {
	case *Call:
		for _, arg := range e.Args {
			Walk(arg, visit)
		}
	case *Unary:
		Walk(e.X, visit)
	case *Binary:
		Walk(e.X, visit)
		Walk(e.Y, visit)
	case *Like:
		Walk(e.X, visit)
		Walk(e.Pattern, visit)
	case *In:
		Walk(e.X, visit)
		for _, element := range e.List {
			Walk(element, visit)
		}
	}
}
