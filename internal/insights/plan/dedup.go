package plan

import "tailrace/internal/insights/syntax"

// Dedup keeps the first row of each combination of values. A null is equal to nothing: such rows stay.
type Dedup struct{ Columns []Column }

// Local implements Op.
func (*Dedup) Local() bool { return false }

func (d *Dedup) String() string {
	text := "dedup"
	for i := range d.Columns {
		text += separator(i) + d.Columns[i].Name
	}
	return text
}

// Effect implements Op.
func (*Dedup) Effect() Effect { return Selects }

func (*Dedup) makes(Columns) {}

func (d *Dedup) uses(columns Columns) {
	for i := range d.Columns {
		columns[d.Columns[i].Index] = true
	}
}

func (b *builder) dedup(s *syntax.Dedup) {
	dedup := &Dedup{}
	for _, f := range s.Fields {
		name, e := f.Name(), b.field(f)
		b.single("dedup", f, e)
		dedup.Columns = append(dedup.Columns, Column{b.compute(name, e), name})
	}
	b.add(dedup)
}
