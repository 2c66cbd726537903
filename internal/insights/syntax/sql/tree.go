package sql

import (
	"tailrace/internal/insights/syntax"
)

// tree puts the clauses in the order in which they work.
func (s *selection) tree(p *parser) *syntax.Query {
	q := &syntax.Query{Span: s.Span, Source: s.source, Stages: s.indexed}
	if p.Failed {
		return q
	}
	if s.where != nil {
		q.Stages = append(q.Stages, &syntax.Filter{Span: s.where.Pos(), Cond: s.where})
	}
	if s.star && (s.distinct || len(s.groups) > 0 || s.having != nil) {
		p.Refuse(s.Span, "SELECT * with DISTINCT, GROUP BY or HAVING")
	}
	if s.grouped() {
		g := &grouping{p: p, selection: s, stats: &syntax.Stats{Span: s.Span}}
		q.Stages = append(q.Stages, g.stages()...)
		return q
	}
	if s.having != nil {
		p.Refuse(s.having.Pos(), "HAVING without aggregates")
	}
	if !s.star {
		q.Stages = append(q.Stages, &syntax.Fields{Span: s.Span, Items: s.columns})
	}
	q.Stages = append(q.Stages, s.sorted(func(e syntax.Expr) syntax.Expr { return e })...)
	return q
}

// sorted are ORDER BY and LIMIT.
func (s *selection) sorted(resolve func(syntax.Expr) syntax.Expr) []syntax.Stage {
	var stages []syntax.Stage
	if len(s.order) > 0 {
		for i := range s.order {
			s.order[i].Expr = resolve(s.order[i].Expr)
		}
		at := syntax.Span{Start: s.order[0].Start, End: s.order[len(s.order)-1].End}
		stages = append(stages, &syntax.Sort{Span: at, Keys: s.order})
	}
	if s.limit > 0 {
		stages = append(stages, &syntax.Limit{Span: s.Span, Count: s.limit})
	}
	return stages
}

// display shows the columns in their order, by their names.
func (s *selection) display() *syntax.Display {
	display := &syntax.Display{Span: s.Span}
	for _, item := range s.columns {
		display.Items = append(display.Items, column(item.Name, item.Span))
	}
	return display
}

func column(name string, at syntax.Span) syntax.Item {
	return syntax.Item{Span: at, Expr: field(name, at), Name: name}
}

func field(name string, at syntax.Span) *syntax.Field {
	return &syntax.Field{Span: at, Path: []syntax.Step{{Key: name}}}
}

// grouped tells whether rows are aggregated.
func (s *selection) grouped() bool {
	found := s.distinct || len(s.groups) > 0
	for _, item := range s.columns {
		found = found || aggregates(item.Expr)
	}
	return found
}

func aggregates(e syntax.Expr) bool {
	found := false
	syntax.Walk(e, func(e syntax.Expr) bool {
		found = found || isAggregate(e)
		return !found
	})
	return found
}

func isAggregate(e syntax.Expr) bool {
	call, ok := e.(*syntax.Call)
	if !ok {
		return false
	}
	f, ok := syntax.FunctionByName(call.Func)
	return ok && f.Aggregate
}
