package plan

import "tailrace/internal/insights/syntax"

// Accum adds a number up from row to row. Where there is none the sum is null or, if it takes the place of the number, what is
// there stays.
type Accum struct {
	X       Expr
	Column  Column
	InPlace bool
}

// Local implements Op.
func (*Accum) Local() bool { return false }

// Effect implements Op.
func (*Accum) Effect() Effect { return Keeps }

func (a *Accum) String() string { return "accum " + a.X.String() + " as " + a.Column.Name }

func (a *Accum) uses(columns Columns) { columns.add(a.X) }

func (a *Accum) makes(columns Columns) { columns[a.Column.Index] = true }

func (b *builder) accum(s *syntax.Accum) {
	op := &Accum{X: b.field(s.Field), InPlace: s.As.Text == ""}
	if op.InPlace {
		op.Column = b.replace(s.Field.Name())
	} else {
		op.Column = b.made(s.As.Text)
	}
	b.add(op)
}
