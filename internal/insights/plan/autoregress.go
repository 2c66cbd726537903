package plan

import (
	"strconv"

	"tailrace/internal/insights/syntax"
)

// Autoregress copies the values that rows before have.
type Autoregress struct {
	X    Expr
	From int // how many rows before the first column is from
	// Columns are of From rows before, From+1 rows and so on.
	Columns []Column
}

// Local implements Op.
func (*Autoregress) Local() bool { return false }

// Effect implements Op.
func (*Autoregress) Effect() Effect { return Keeps }

func (a *Autoregress) String() string {
	text := "autoregress " + a.X.String() + " as"
	for i := range a.Columns {
		text += separator(i) + a.Columns[i].Name
	}
	return text + " from " + count(a.From)
}

func (a *Autoregress) uses(columns Columns) { columns.add(a.X) }

func (a *Autoregress) makes(columns Columns) {
	for i := range a.Columns {
		columns[a.Columns[i].Index] = true
	}
}

// autoregress names the copies name_p1, name_p2 …; a single one has the name behind as, if there is one.
func (b *builder) autoregress(s *syntax.Autoregress) {
	op := &Autoregress{X: b.field(s.Field), From: s.From}
	name := s.As.Text
	if name == "" {
		name = s.Field.Name()
	}
	for lag := s.From; lag <= s.To; lag++ {
		if s.As.Text != "" && s.From == s.To {
			op.Columns = append(op.Columns, b.made(name))
			continue
		}
		op.Columns = append(op.Columns, b.made(name+"_p"+strconv.Itoa(lag)))
	}
	b.add(op)
}
