package plan

import "tailrace/internal/insights/syntax"

// Compute makes a column of an expression.
type Compute struct {
	Column int
	Name   string
	Expr   Expr
}

// Local implements Op.
func (*Compute) Local() bool { return true }

func (c *Compute) String() string { return "compute " + c.Name + " = " + c.Expr.String() }

func (c *Compute) uses(columns Columns) { columns.add(c.Expr) }

// fields computes what it names and shows it. Behind a stats the first fields shows its own columns instead of all.
func (b *builder) fields(s *syntax.Fields) {
	if b.scope.closed && !b.scope.named {
		b.scope.shown = nil
	}
	for i := range s.Items {
		item := &s.Items[i]
		at := b.compute(item.Name, b.expr(item.Expr))
		if !b.scope.display {
			b.scope.show(item.Name, at)
		}
	}
	b.scope.named = true
}
