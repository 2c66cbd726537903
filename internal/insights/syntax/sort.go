package syntax

// Sort orders rows: sort expr [asc|desc], …; order by is the same.
type Sort struct {
	Span
	Keys []SortKey
}

// SortKey is one expression to sort by.
type SortKey struct {
	Span
	Expr Expr
	Desc bool
}

// Command implements Stage.
func (*Sort) Command() string { return "sort" }

func (p *parser) sort(start int, order bool) Stage {
	if order {
		p.expect("by")
	}
	keys := commas(p, p.sortKey)
	return &Sort{p.since(start), keys}
}

func (p *parser) sortKey() SortKey {
	start := p.tok.start
	key := SortKey{Expr: p.expr()}
	if key.Desc = p.take("desc"); !key.Desc {
		p.take("asc")
	}
	key.Span = p.since(start)
	return key
}

func (s *Sort) print(w *printer) {
	w.text("sort ")
	list(w, s.Keys, func(key SortKey) {
		w.expr(key.Expr)
		if key.Desc {
			w.word("desc")
		}
	})
}
