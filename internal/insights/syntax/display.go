package syntax

// Display says what is shown; of several, the last: display expr [as name], …
type Display struct {
	Span
	Items []Item
}

// Command implements Stage.
func (*Display) Command() string { return "display" }

func (p *parser) display(start int) Stage {
	items := commas(p, p.item)
	return &Display{p.since(start), items}
}

func (d *Display) print(w *printer) {
	w.text("display ")
	w.items(d.Items)
}
