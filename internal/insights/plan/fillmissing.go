package plan

import (
	"tailrace/internal/insights/function"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

// FillMissing adds rows to those of a stats, so that each combination of the other keys has one for each period from the first
// to the last that there is. All rows are in the order of a stats then.
type FillMissing struct {
	Bin    int // the key that is a period
	Period function.Period
	Keys   []Column // all of them
	Fills  []Fill
}

// Fill is what a column has in the rows that are added; others are null.
type Fill struct {
	Column Column
	Value  value.Value
}

// Local implements Op.
func (*FillMissing) Local() bool { return false }

// Effect implements Op.
func (*FillMissing) Effect() Effect { return Selects }

func (f *FillMissing) String() string {
	text := "fill missing " + f.Keys[f.Bin].Name
	for i := range f.Fills {
		text += separator(i) + f.Fills[i].Column.Name + " = " + (&Const{f.Fills[i].Value}).String()
	}
	return text
}

func (f *FillMissing) uses(columns Columns) {
	for i := range f.Keys {
		columns[f.Keys[i].Index] = true
	}
}

func (*FillMissing) makes(Columns) {}

// binned are the keys of the stats that made the rows, if one of them is a period.
type binned struct {
	keys   []Column
	bin    int
	period function.Period
}

// newBinned finds the period among the keys of a stats; nil if there is none.
func newBinned(s *syntax.Stats) *binned {
	out := &binned{bin: -1}
	for i := range s.By {
		out.keys = append(out.keys, Column{i, s.By[i].Name})
		call, ok := s.By[i].Expr.(*syntax.Call)
		if !ok || out.bin >= 0 {
			continue
		}
		switch call.Func {
		case "bin", "datefloor", "dateceil":
			for _, arg := range call.Args {
				if d, ok := arg.(*syntax.Duration); ok && out.bin < 0 {
					out.bin, out.period = i, periodOf(d)
				}
			}
		}
	}
	if out.bin < 0 {
		return nil
	}
	return out
}

func (b *builder) fillMissing(s *syntax.FillMissing) {
	keys := b.scope.binned
	if keys == nil {
		b.fail(s, "fillmissing needs a stats ... by bin() before it")
		return
	}
	op := &FillMissing{Bin: keys.bin, Period: keys.period, Keys: keys.keys}
	for i := range s.Fills {
		column, isColumn := b.field(s.Fills[i].Field).(*Column)
		c, isConst := b.expr(s.Fills[i].Value).(*Const)
		if !isColumn || !isConst {
			b.fail(s.Fills[i].Field, "'%s' is no column of the stats", s.Fills[i].Field.Name())
			return
		}
		op.Fills = append(op.Fills, Fill{*column, c.Value})
	}
	b.add(op)
}
