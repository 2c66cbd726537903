package syntax

// Unmask shows what data protection hides in fields: unmask f, ….
type Unmask struct {
	Span
	Fields []*Field
}

// Command implements Stage.
func (*Unmask) Command() string { return "unmask" }

func (p *parser) unmask(start int) Stage {
	fields := commas(p, p.field)
	return &Unmask{p.since(start), fields}
}

func (u *Unmask) print(w *printer) {
	w.text("unmask ")
	w.fields(u.Fields)
}
