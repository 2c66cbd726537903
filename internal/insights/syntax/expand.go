package syntax

// Expand makes a row of each element of a field that is a JSON array, which it replaces: expand f.
type Expand struct {
	Span
	Field *Field
}

// Command implements Stage.
func (*Expand) Command() string { return "expand" }

func (p *parser) expand(start int) Stage {
	field := p.field()
	return &Expand{p.since(start), field}
}

func (e *Expand) print(w *printer) {
	w.text("expand ")
	w.field(e.Field)
}
