package syntax

// Fields adds columns to events and to what is shown: fields expr [as name], …
type Fields struct {
	Span
	Items []Item
}

// Command implements Stage.
func (*Fields) Command() string { return "fields" }

func (p *parser) fields(start int) Stage {
	items := commas(p, p.item)
	return &Fields{p.since(start), items}
}

func (f *Fields) print(w *printer) {
	w.text("fields ")
	w.items(f.Items)
}
