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

// Effect implements Op.
func (*Compute) Effect() Effect { return Keeps }

func (c *Compute) makes(columns Columns) { columns[c.Column] = true }

func (c *Compute) uses(columns Columns) { columns.add(c.Expr) }

// fields computes what it names and shows it. Behind a stats the first fields shows its own columns instead of those of the stats.
func (b *builder) fields(s *syntax.Fields) {
	if !b.scope.named {
		b.scope.shown = b.scope.shown[b.scope.given:]
		b.scope.given = 0
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
