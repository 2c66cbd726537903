package plan

import (
	"math"

	"tailrace/internal/insights/syntax"
)

// MaxSubqueryValues is how many different values the query of an In may give.
const MaxSubqueryValues = 100_000

// subquery compiles the query of a condition: its only column, each value once.
func (b *builder) subquery(in *In, q *syntax.Query) {
	inner := b.inner(q)
	inner.finish()
	p := inner.plan
	if n := len(p.Output); n != 1 {
		b.fail(q, "the query in parentheses shows %d columns: end it with fields and one name", n)
		return
	}
	only := p.Output[0]
	inner.add(&Stats{By: []Key{{only.Name, &Column{only.Column, only.Name}}}, Width: 1})
	p.Output, p.Events = []Output{{only.Name, 0}}, false
	inner.optimize()
	in.Query = p
	if b.subqueries == nil {
		b.subqueries = map[*In]syntax.Node{}
	}
	b.subqueries[in] = q
}

// inner begins to compile a query inside of this one. It reads the same range of time and the same groups unless it says
// otherwise, and gives all of its rows unless it says otherwise.
func (b *builder) inner(q *syntax.Query) *builder {
	env := b.env
	env.Limit = 0
	inner := build(q, env, b.errors)
	if inner.plan.Groups == nil {
		inner.plan.Groups = b.plan.Groups
	}
	return inner
}

// subqueries are the conditions with a query that a condition is made of by and, or and not.
func subqueries(e Expr) []*In {
	switch e := e.(type) {
	case *In:
		if e.Query != nil {
			return []*In{e}
		}
	case *Not:
		return subqueries(e.X)
	case *Logic:
		return append(subqueries(e.X), subqueries(e.Y)...)
	}
	return nil
}

// refuseSubqueries reports queries in expressions that are no conditions of a filter.
func (b *builder) refuseSubqueries() {
	for _, at := range b.subqueries {
		b.fail(at, "a query in parentheses stands in the conditions of filter only")
	}
}

// BindSubqueries returns a condition with the values that its queries gave.
func BindSubqueries(e Expr, values func(*In) []Expr) Expr {
	switch e := e.(type) {
	case *In:
		if e.Query != nil {
			return &In{X: e.X, Not: e.Not, List: values(e)}
		}
	case *Not:
		return &Not{BindSubqueries(e.X, values)}
	case *Logic:
		return &Logic{e.Or, BindSubqueries(e.X, values), BindSubqueries(e.Y, values)}
	}
	return e
}

// groups takes from a SOURCE which groups are read, and the range of time.
func (b *builder) groups(s *syntax.Source) {
	if s == nil {
		return
	}
	if s.Selects() {
		b.plan.Groups = s
	}
	b.env.Start = b.bound(s.Start, b.env.Start)
	b.env.End = b.bound(s.End, b.env.End)
	if b.env.End < b.env.Start {
		b.fail(s, "the range of time ends before it starts")
	}
}

// bound is an end of the range of time in epoch milliseconds.
func (b *builder) bound(at *syntax.Bound, otherwise int64) int64 {
	switch {
	case at == nil:
		return otherwise
	case !at.Relative:
		return at.Millis
	case at.Ago == nil:
		return b.env.Now
	}
	return b.before(at.Ago, b.env.Now)
}

// before is the time that lies a period before another one.
func (b *builder) before(d *syntax.Duration, t int64) int64 {
	before, ok := periodOf(d).Before(t)
	if !ok {
		b.fail(d, "the period is too long")
		return math.MinInt64
	}
	return before
}
