package plan

import "tailrace/internal/insights/syntax"

// AppendCols adds the columns of another query: to the first row those of its first row, and so on. If it has more rows, they are rows
// of their own. Rows stand for no events behind it.
type AppendCols struct {
	Query   *Plan
	Columns []AppendColumn
}

// AppendColumn is a column of the other query and what it becomes. If there is a column of that name, Old, the one of both that
// is not null counts, and where neither is, the other query's if Override is set.
type AppendColumn struct {
	From     int
	To       Column
	Old      *Column
	Override bool
}

// Local implements Op.
func (*AppendCols) Local() bool { return false }

// Effect implements Op.
func (*AppendCols) Effect() Effect { return Selects }

func (a *AppendCols) String() string {
	text := "append columns"
	for i := range a.Columns {
		text += separator(i) + a.Columns[i].To.Name
	}
	return text
}

func (a *AppendCols) uses(columns Columns) {
	for i := range a.Columns {
		if old := a.Columns[i].Old; old != nil {
			columns[old.Index] = true
		}
	}
}

func (a *AppendCols) makes(columns Columns) {
	for i := range a.Columns {
		columns[a.Columns[i].To.Index] = true
	}
}

func (b *builder) appendCols(s *syntax.AppendCols) {
	inner := b.inner(s.Query)
	inner.add(&Limit{Count: s.Max})
	inner.finish()
	inner.plan.Events = false
	inner.optimize()
	op := &AppendCols{Query: inner.plan}
	for _, o := range inner.plan.Output {
		c := AppendColumn{From: o.Column, Override: s.Override}
		if at, ok := b.scope.columns[o.Name]; ok {
			c.Old = &Column{at, o.Name}
		} else if !b.scope.closed {
			c.Old = b.source(o.Name)
		}
		c.To = b.made(o.Name)
		op.Columns = append(op.Columns, c)
	}
	b.scope.given = len(b.scope.shown)
	b.scope.eventless = true
	b.add(op)
}
