package syntax

// Search keeps events whose message contains a text: search "text", search /regex/. Amazon's parser knows the command, its
// guide does not describe it.
type Search struct {
	Span
	Pattern Expr // *String or *Regex
}

// Command implements Stage.
func (*Search) Command() string { return "search" }

func (p *parser) search(start int) Stage {
	var pattern Expr
	if p.tok.kind == '/' {
		pattern = p.regex()
	} else {
		pattern = p.string("a string or a regular expression in slashes")
	}
	return &Search{p.since(start), pattern}
}

func (s *Search) print(w *printer) {
	w.text("search ")
	w.expr(s.Pattern)
}
