package exec

import (
	"tailrace/internal/insights/function"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// evaluator computes an expression for all rows at once. The vector that eval returns is valid until the next call, or until
// the rows change; it may be one of theirs. An evaluator belongs to one goroutine.
type evaluator interface {
	eval(r *rows) *value.Vector
}

// newEvaluator makes the evaluator of an expression.
func newEvaluator(e plan.Expr) evaluator {
	switch e := e.(type) {
	case *plan.Column:
		return columnOf(e.Index)
	case *plan.Const:
		return &constant{value.Constant(e.Value)}
	case *plan.Call:
		return newCall(e.Func.Fork(), e.Args)
	case *plan.Logic:
		of := value.And
		if e.Or {
			of = value.Or
		}
		return &dyadic{x: newEvaluator(e.X), y: newEvaluator(e.Y), of: of}
	case *plan.Not:
		return &negation{x: newEvaluator(e.X)}
	case *plan.Compare:
		return &dyadic{x: newEvaluator(e.X), y: newEvaluator(e.Y), of: func(dst, x, y *value.Vector, n int) { value.CompareAll(dst, e.Op, x, y, n) }}
	case *plan.Arith:
		return &dyadic{x: newEvaluator(e.X), y: newEvaluator(e.Y), of: e.Op.ApplyAll}
	case *plan.Like:
		return negated(newCall(likeCall(e), []plan.Expr{e.X}), e.Not)
	case *plan.In:
		return negated(newIn(e), e.Not)
	case *plan.Path:
		return newPath(e)
	case *plan.Total:
		return newTotal(e)
	}
	panic("expression without evaluator: " + e.String())
}

type columnOf int

func (c columnOf) eval(r *rows) *value.Vector { return r.get(int(c)) }

type constant struct{ vector *value.Vector }

func (c *constant) eval(*rows) *value.Vector { return c.vector }

// call is a call of a function.
type call struct {
	of   *function.Call
	args []evaluator // nil: a period
	cols []*value.Vector
	out  value.Vector
}

func newCall(of *function.Call, args []plan.Expr) *call {
	c := &call{of: of, args: make([]evaluator, len(args)), cols: make([]*value.Vector, len(args))}
	for i, arg := range args {
		if arg != nil {
			c.args[i] = newEvaluator(arg)
		}
	}
	return c
}

func (c *call) eval(r *rows) *value.Vector {
	for i, arg := range c.args {
		if arg != nil {
			c.cols[i] = arg.eval(r)
		}
	}
	c.of.Eval(&c.out, c.cols, r.n)
	return &c.out
}

// dyadic is an operator between two values.
type dyadic struct {
	x, y evaluator
	of   func(dst, x, y *value.Vector, n int)
	out  value.Vector
}

func (b *dyadic) eval(r *rows) *value.Vector {
	b.of(&b.out, b.x.eval(r), b.y.eval(r), r.n)
	return &b.out
}

type negation struct {
	x   evaluator
	out value.Vector
}

func (n *negation) eval(r *rows) *value.Vector {
	value.Not(&n.out, n.x.eval(r), r.n)
	return &n.out
}

func negated(e evaluator, not bool) evaluator {
	if not {
		return &negation{x: e}
	}
	return e
}

func likeCall(e *plan.Like) *function.Call {
	if e.Regex != nil {
		return function.Matches(e.Regex)
	}
	return function.Like(string(e.Finder.Needle()))
}

// newIn compares with a list of constants at once, and with other expressions one after the other.
func newIn(e *plan.In) evaluator {
	var constants []value.Value
	var others evaluator
	for _, element := range e.List {
		if c, ok := element.(*plan.Const); ok {
			constants = append(constants, c.Value)
			continue
		}
		equal := newEvaluator(&plan.Compare{Op: value.Equal, X: e.X, Y: element})
		if others == nil {
			others = equal
		} else {
			others = &dyadic{x: others, y: equal, of: value.Or}
		}
	}
	listed := newCall(function.In(constants), []plan.Expr{e.X})
	if others == nil {
		return listed
	}
	return &dyadic{x: listed, y: others, of: value.Or}
}

// path takes out of maps and lists.
type path struct {
	x    evaluator
	path []string
	out  value.Vector
}

func newPath(e *plan.Path) *path { return &path{x: newEvaluator(e.X), path: e.Path} }

func (p *path) eval(r *rows) *value.Vector {
	x := p.x.eval(r)
	p.out.Reset()
	room := p.out.Room
	for i := range r.n {
		var v value.Value
		v, room = value.At(x.Row(i), p.path, room)
		p.out.Append(v)
	}
	p.out.Room = room
	return &p.out
}
