package plan

import (
	"strconv"

	"tailrace/internal/insights/syntax"
)

// Outlier finds numbers that lie further outside of the quartiles of their column than Param times the distance of these. Rows
// with one are removed, or the number is moved to the bound.
type Outlier struct {
	Fields []OutlierField
	Remove bool
	Param  float64
	Lower  bool // look below the first quartile, too
}

// OutlierField is a column, what becomes of it, and whether the number was one; with index -1 that is not asked.
type OutlierField struct {
	Moved
	Mark Column
}

// Local implements Op.
func (*Outlier) Local() bool { return false }

// Effect implements Op.
func (*Outlier) Effect() Effect { return Selects }

func (o *Outlier) String() string {
	text := "outlier"
	if o.Remove {
		text += " remove"
	}
	if o.Lower {
		text += " lower"
	}
	for i := range o.Fields {
		text += separator(i) + o.Fields[i].From.Name
	}
	return text + " param=" + strconv.FormatFloat(o.Param, 'g', -1, 64)
}

func (o *Outlier) uses(columns Columns) {
	for i := range o.Fields {
		columns[o.Fields[i].From.Index] = true
	}
}

func (o *Outlier) makes(columns Columns) {
	for i := range o.Fields {
		columns[o.Fields[i].To.Index] = true
		if at := o.Fields[i].Mark.Index; at >= 0 {
			columns[at] = true
		}
	}
}

// outlier shows marks in columns called name_outlier.
func (b *builder) outlier(s *syntax.Outlier) {
	param, err := strconv.ParseFloat(s.Param, 64)
	if err != nil || param < 0 {
		b.fail(s, "param is a number of 0 or more, not %s", s.Param)
	}
	op := &Outlier{Remove: s.Remove, Param: param, Lower: s.UseLower}
	seen := map[string]bool{}
	for _, f := range s.Fields {
		name := f.Name()
		if seen[name] {
			continue
		}
		seen[name] = true
		field := OutlierField{Moved: Moved{From: *b.columnOf(name, b.field(f))}, Mark: Column{Index: -1}}
		if field.To = field.From; !s.Remove {
			field.To = b.replace(name)
		}
		if s.Mark {
			field.Mark = b.made(name + "_outlier")
		}
		op.Fields = append(op.Fields, field)
	}
	b.add(op)
}
