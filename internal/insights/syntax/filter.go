package syntax

// Filter keeps what satisfies a condition: filter expr, where expr.
type Filter struct {
	Span
	Cond Expr
}

// Command implements Stage.
func (*Filter) Command() string { return "filter" }

func (p *parser) filter(start int) Stage {
	cond := p.expr()
	return &Filter{p.since(start), cond}
}

func (f *Filter) print(w *printer) {
	w.text("filter ")
	w.expr(f.Cond)
}
