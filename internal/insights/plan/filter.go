package plan

import "tailrace/internal/insights/syntax"

// Filter keeps the rows for which a condition holds.
type Filter struct{ Cond Expr }

// Local implements Op.
func (*Filter) Local() bool { return true }

func (f *Filter) String() string { return "filter " + f.Cond.String() }

// Effect implements Op.
func (*Filter) Effect() Effect { return Selects }

func (*Filter) makes(Columns) {}

func (f *Filter) uses(columns Columns) { columns.add(f.Cond) }

func (b *builder) filter(s *syntax.Filter) {
	cond := b.expr(s.Cond)
	for _, in := range subqueries(cond) {
		delete(b.subqueries, in)
	}
	b.add(&Filter{cond})
}

// search keeps events whose message is like its pattern.
func (b *builder) search(s *syntax.Search) {
	if b.scope.closed {
		b.fail(s, "search stands before stats only")
		return
	}
	like := &Like{X: b.source("@message")}
	b.likePattern(like, s.Pattern)
	b.add(&Filter{like})
}
