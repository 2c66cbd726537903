package syntax

// FilterIndex keeps events whose field is one of the values, in groups that have an index on it: filterIndex f = v,
// filterIndex f in [v, …].
type FilterIndex struct {
	Span
	Field  *Field
	Values []Expr // *String, *Number or *Bool
}

// Command implements Stage.
func (*FilterIndex) Command() string { return "filterIndex" }

func (p *parser) filterIndex(start int) Stage {
	f := &FilterIndex{Field: p.field()}
	switch {
	case p.takeKind('='):
		f.Values = []Expr{p.literal()}
	case p.take("in"):
		p.expectKind('[')
		f.Values = commas(p, p.literal)
		p.expectKind(']')
	default:
		p.unexpected(`"=" and a value, or "in" and a list of values`)
	}
	f.Span = p.since(start)
	return f
}

// literal reads a string, a number, true or false.
func (p *parser) literal() Expr {
	at := p.here()
	switch p.tok.kind {
	case kindString, kindNumber, '-':
		switch e := p.signed().(type) {
		case *String, *Number:
			return e
		}
		p.fail(at, "unexpected '-', expected a number or a string")
	case kindName:
		if p.at("true") || p.at("false") {
			value := p.boolean()
			return &Bool{at, value}
		}
	}
	p.unexpected("a number or a string")
	return &Bool{Span: at}
}

func (f *FilterIndex) print(w *printer) {
	w.text("filterIndex ")
	w.field(f.Field)
	if len(f.Values) == 1 {
		w.text(" = ")
		w.expr(f.Values[0])
		return
	}
	w.text(" in [")
	list(w, f.Values, w.expr)
	w.text("]")
}
