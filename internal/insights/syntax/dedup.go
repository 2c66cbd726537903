package syntax

// Dedup keeps the first row of each combination of values: dedup f, ….
type Dedup struct {
	Span
	Fields []*Field
}

// Command implements Stage.
func (*Dedup) Command() string { return "dedup" }

func (p *parser) dedup(start int) Stage {
	fields := commas(p, p.field)
	return &Dedup{p.since(start), fields}
}

func (d *Dedup) print(w *printer) {
	w.text("dedup ")
	w.fields(d.Fields)
}
