package syntax

// Unnest makes a row of each element of a list: unnest f into x.
type Unnest struct {
	Span
	Field *Field
	Into  Name
}

// Command implements Stage.
func (*Unnest) Command() string { return "unnest" }

func (p *parser) unnest(start int) Stage {
	u := &Unnest{Field: p.field()}
	p.expect("into")
	u.Into = p.name(`a name behind "into"`)
	u.Span = p.since(start)
	return u
}

func (u *Unnest) print(w *printer) {
	w.text("unnest ")
	w.field(u.Field)
	w.text(" into ")
	w.name(u.Into.Text)
}
