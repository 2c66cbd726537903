package syntax

// FillMissing adds rows for bins without events: fillmissing [with value for field, …].
type FillMissing struct {
	Span
	Fills []Fill
}

// Fill is the value of a field in the rows that are added.
type Fill struct {
	Span
	Value Expr // *String, *Number or *Bool
	Field *Field
}

// Command implements Stage.
func (*FillMissing) Command() string { return "fillmissing" }

func (p *parser) fillMissing(start int) Stage {
	f := &FillMissing{}
	if p.take("with") {
		f.Fills = commas(p, p.fill)
	}
	f.Span = p.since(start)
	return f
}

func (p *parser) fill() Fill {
	start := p.tok.start
	fill := Fill{Value: p.literal()}
	p.expect("for")
	fill.Field = p.fillField()
	fill.Span = p.since(start)
	return fill
}

// fillField reads a field, which may have the name that an aggregate without alias has: count(*).
func (p *parser) fillField() *Field {
	if p.tok.kind != kindName || !p.behindName('(') {
		return p.field()
	}
	at := p.here()
	p.advance()
	at.End = p.call(at).Pos().End
	return &Field{at, []Step{{Key: columnText(p.src[at.Start:at.End])}}}
}

func (f *FillMissing) print(w *printer) {
	w.text("fillmissing")
	if len(f.Fills) > 0 {
		w.text(" with ")
	}
	list(w, f.Fills, func(fill Fill) {
		w.expr(fill.Value)
		w.text(" for ")
		w.field(fill.Field)
	})
}
