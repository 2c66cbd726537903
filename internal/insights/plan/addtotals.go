package plan

import "tailrace/internal/insights/syntax"

// Totals adds a last row with the sum of each of some columns. It stands for no event.
type Totals struct{ Columns []*Column }

// Local implements Op.
func (*Totals) Local() bool { return false }

// Effect implements Op.
func (*Totals) Effect() Effect { return Selects }

func (t *Totals) String() string { return "totals of " + names(t.Columns) }

func (t *Totals) uses(columns Columns) {
	for _, column := range t.Columns {
		columns[column.Index] = true
	}
}

func (*Totals) makes(Columns) {}

func names(columns []*Column) (text string) {
	for i, column := range columns {
		if i > 0 {
			text += ", "
		}
		text += column.Name
	}
	return text
}

// addTotals adds a column with the sum of the numbers of each row, and a row with those of each column. Without fields they are
// those of what is shown; times count as no numbers.
func (b *builder) addTotals(s *syntax.AddTotals) {
	columns := b.columns(s, s.Fields)
	if s.Row {
		total := b.made(s.Name.Text)
		b.add(&Compute{total.Index, total.Name, &Total{columns}})
		columns = append(columns, &total)
	}
	if s.Col {
		b.add(&Totals{columns})
	}
}

// columns are those of some fields; without fields they are all that the query has named and shows.
func (b *builder) columns(at syntax.Node, fields []*syntax.Field) (columns []*Column) {
	for _, f := range fields {
		columns = append(columns, b.columnOf(f.Name(), b.field(f)))
	}
	if len(fields) > 0 {
		return columns
	}
	for _, o := range b.scope.shown {
		columns = append(columns, &Column{o.Column, o.Name})
	}
	if len(columns) == 0 {
		b.fail(at, "the fields are not known here: name them, or show some by fields before")
	}
	return columns
}

// columnOf is the column of an expression, computed if it is none by itself.
func (b *builder) columnOf(name string, e Expr) *Column { return &Column{b.compute(name, e), name} }
