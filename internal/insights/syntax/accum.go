package syntax

// Accum adds a field up from row to row: accum f [as name].
type Accum struct {
	Span
	Field *Field
	As    Name // without text: in place of the field
}

// Command implements Stage.
func (*Accum) Command() string { return "accum" }

func (p *parser) accum(start int) Stage {
	a := &Accum{Field: p.field()}
	if p.at("as") {
		a.As = p.as()
	}
	a.Span = p.since(start)
	return a
}

func (a *Accum) print(w *printer) {
	w.text("accum ")
	w.field(a.Field)
	w.as(a.As)
}
