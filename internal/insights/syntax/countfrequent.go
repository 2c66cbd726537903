package syntax

// CountFrequent counts combinations of values, most frequent first: countFrequent f, ….
type CountFrequent struct {
	Span
	Fields []*Field
}

// Command implements Stage.
func (*CountFrequent) Command() string { return "countFrequent" }

func (p *parser) countFrequent(start int) Stage {
	fields := commas(p, p.field)
	return &CountFrequent{p.since(start), fields}
}

func (c *CountFrequent) print(w *printer) {
	w.text("countFrequent ")
	w.fields(c.Fields)
}
