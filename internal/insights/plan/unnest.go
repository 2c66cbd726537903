package plan

import "tailrace/internal/insights/syntax"

// Unnest makes a row of each element of a list, none of an empty one; everything else, and what is missing, is a list of itself.
type Unnest struct {
	X      Expr
	Column Column // of the element
	// Text says that X may be a text that is a list.
	Text bool
}

// Local implements Op.
func (*Unnest) Local() bool { return true }

// Effect implements Op.
func (*Unnest) Effect() Effect { return Multiplies }

func (u *Unnest) String() string {
	if u.Text {
		return "expand " + u.X.String() + " as " + u.Column.Name
	}
	return "unnest " + u.X.String() + " into " + u.Column.Name
}

func (u *Unnest) uses(columns Columns) { columns.add(u.X) }

func (u *Unnest) makes(columns Columns) { columns[u.Column.Index] = true }

func (b *builder) unnest(s *syntax.Unnest) {
	x := b.container(s.Field)
	b.add(&Unnest{X: x, Column: b.made(s.Into.Text)})
}
