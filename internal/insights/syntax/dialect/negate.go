package dialect

import "tailrace/internal/insights/syntax"

var opposites = map[syntax.Op]syntax.Op{
	syntax.Equal: syntax.NotEqual, syntax.NotEqual: syntax.Equal,
	syntax.Less: syntax.GreaterEqual, syntax.GreaterEqual: syntax.Less,
	syntax.Greater: syntax.LessEqual, syntax.LessEqual: syntax.Greater,
}

// negate is NOT e where a missing value makes neither e nor NOT e true, as these languages have it. In Logs Insights a
// comparison with a missing value is false and its negation true, so the NOT goes down to the comparisons.
func (r *Reader) negate(at syntax.Span, e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.Binary:
		if op, ok := opposites[e.Op]; ok {
			return &syntax.Binary{Span: at, Op: op, X: e.X, Y: e.Y}
		}
		switch e.Op {
		case syntax.And:
			return &syntax.Binary{Span: at, Op: syntax.Or, X: r.negate(at, e.X), Y: r.negate(at, e.Y)}
		case syntax.Or:
			return &syntax.Binary{Span: at, Op: syntax.And, X: r.negate(at, e.X), Y: r.negate(at, e.Y)}
		}
	case *syntax.Like:
		if !e.Not {
			return r.present(at, e.X, &syntax.Like{Span: at, X: e.X, Not: true, Pattern: e.Pattern})
		}
	case *syntax.In:
		if !e.Not {
			return r.present(at, e.X, &syntax.In{Span: at, X: e.X, Not: true, List: e.List})
		}
	case *syntax.Unary:
		if e.Op == syntax.Not {
			return e.X
		}
	case *syntax.Bool:
		return &syntax.Bool{Span: at, Value: !e.Value}
	}
	return &syntax.Unary{Span: at, Op: syntax.Not, X: e}
}

// present asks for a value, too.
func (r *Reader) present(at syntax.Span, x, e syntax.Expr) syntax.Expr {
	r.twice(x)
	has := &syntax.Call{Span: x.Pos(), Func: "ispresent", Args: []syntax.Expr{x}}
	return &syntax.Binary{Span: at, Op: syntax.And, X: has, Y: e}
}

const maxTwice = 50

// twice fails if an expression that stands in the tree more than once is long: nested, such ones would grow without bound.
func (r *Reader) twice(x syntax.Expr) {
	nodes := 0
	syntax.Walk(x, func(syntax.Expr) bool { nodes++; return nodes <= maxTwice })
	if nodes > maxTwice && !r.Failed {
		r.Refuse(x.Pos(), "an expression this long in front of NOT IN, NOT LIKE, BETWEEN and behind CASE")
	}
}
