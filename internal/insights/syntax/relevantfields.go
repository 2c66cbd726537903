package syntax

// RelevantFields ranks fields by how differently they are distributed where a condition holds: relevantfields [f, …] where
// expr.
type RelevantFields struct {
	Span
	Fields []*Field // none: all
	Where  Expr
}

// Command implements Stage.
func (*RelevantFields) Command() string { return "relevantfields" }

func (p *parser) relevantFields(start int) Stage {
	r := &RelevantFields{}
	if !p.at("where") {
		r.Fields = commas(p, p.field)
	}
	p.expect("where")
	r.Where = p.expr()
	r.Span = p.since(start)
	return r
}

func (r *RelevantFields) print(w *printer) {
	w.text("relevantfields ")
	w.fields(r.Fields)
	if len(r.Fields) > 0 {
		w.text(" ")
	}
	w.text("where ")
	w.expr(r.Where)
}
