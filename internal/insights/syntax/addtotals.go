package syntax

// AddTotals adds sums of numeric fields: addtotals [fieldname=name] [row=true|false] [col=true|false] [f, …].
type AddTotals struct {
	Span
	Name   Name // of the column with the sums of rows
	Row    bool // a sum for each row, in a column
	Col    bool // a sum for each column, in a last row
	Fields []*Field
}

const defaultTotal = "Total"

// Command implements Stage.
func (*AddTotals) Command() string { return "addtotals" }

func (p *parser) addTotals(start int) Stage {
	a := &AddTotals{Name: Name{p.since(start), defaultTotal}, Row: true}
options:
	for {
		switch {
		case p.option("fieldname"):
			a.Name = p.name("a name")
		case p.option("row"):
			a.Row = p.boolean()
		case p.option("col"):
			a.Col = p.boolean()
		default:
			break options
		}
	}
	if p.tok.kind == kindName {
		a.Fields = commas(p, p.field)
	}
	a.Span = p.since(start)
	return a
}

func (a *AddTotals) print(w *printer) {
	w.text("addtotals")
	if a.Name.Text != defaultTotal {
		w.text(" fieldname=")
		w.name(a.Name.Text)
	}
	if !a.Row {
		w.word("row=false")
	}
	if a.Col {
		w.word("col=true")
	}
	if len(a.Fields) > 0 {
		w.text(" ")
		w.fields(a.Fields)
	}
}
