package syntax

// Pattern groups texts by their shape: pattern expr.
type Pattern struct {
	Span
	Expr Expr
}

// Command implements Stage.
func (*Pattern) Command() string { return "pattern" }

func (p *parser) pattern(start int) Stage {
	e := p.expr()
	return &Pattern{p.since(start), e}
}

func (s *Pattern) print(w *printer) {
	w.text("pattern ")
	w.expr(s.Expr)
}
