package syntax

// Join adds the rows of another query that have the same keys: join [type=inner|left] left=l right=r where l.k=r.k [and …]
// (SOURCE …).
type Join struct {
	Span
	Outer       bool // type=left: rows without a partner stay
	Left, Right Name // what the fields of both sides are prefixed with from here on
	On          []JoinKey
	Query       *Query // the right side; it has a Source
}

// JoinKey says that a field of the left side equals one of the right; both without their prefixes.
type JoinKey struct {
	Span
	Left, Right *Field
}

// Command implements Stage.
func (*Join) Command() string { return "join" }

func (p *parser) join(start int) Stage {
	j := &Join{}
	for seen := map[string]bool{}; !p.at("where"); {
		key := [...]string{"type", "left", "right"}
		i := 0
		for i < len(key) && (seen[key[i]] || !p.option(key[i])) {
			i++
		}
		if i == len(key) {
			p.unexpected("type=, left=, right= or where")
			return j
		}
		seen[key[i]] = true
		p.joinOption(j, key[i])
	}
	if at := p.here(); j.Left.Text == "" || j.Right.Text == "" || j.Left.Text == j.Right.Text {
		p.fail(at, "unexpected '%s', expected left= and right= with two names in front of it", p.text())
	}
	p.expect("where")
	j.On = []JoinKey{p.joinKey(j)}
	for p.take("and") {
		j.On = append(j.On, p.joinKey(j))
	}
	at := p.here()
	j.Query = p.subquery()
	if j.Query.Source == nil {
		p.fail(at, "the right side of join starts with SOURCE")
	}
	j.Span = p.since(start)
	return j
}

func (p *parser) joinOption(j *Join, key string) {
	switch at := p.here(); key {
	case "left":
		j.Left = p.name("a name")
	case "right":
		j.Right = p.name("a name")
	default:
		if j.Outer = p.take("left"); !j.Outer && !p.take("inner") {
			p.fail(at, "unexpected %s, expected inner or left", p.shown())
		}
	}
}

// joinKey reads l.a = r.b, in either order.
func (p *parser) joinKey(j *Join) JoinKey {
	start := p.tok.start
	x := p.field()
	if p.tok.kind != '=' {
		p.unexpected(`"=": join compares for equality only`)
	}
	p.advance()
	y := p.field()
	key := JoinKey{Span: p.since(start)}
	for _, f := range []*Field{x, y} {
		if len(f.Path) < 2 || f.Path[1].Bracket {
			continue
		}
		side := &Field{f.Span, f.Path[1:]}
		switch f.Path[0].Key {
		case j.Left.Text:
			key.Left = side
		case j.Right.Text:
			key.Right = side
		}
	}
	if key.Left == nil || key.Right == nil {
		p.fail(key.Span, "join compares a field of %s with one of %s", j.Left.Text, j.Right.Text)
	}
	return key
}

func (j *Join) print(w *printer) {
	w.text("join type=")
	if j.Outer {
		w.text("left")
	} else {
		w.text("inner")
	}
	w.text(" left=")
	w.key(j.Left.Text, true)
	w.text(" right=")
	w.key(j.Right.Text, true)
	for i, key := range j.On {
		w.text([...]string{" where ", " and "}[min(i, 1)])
		w.prefixed(j.Left, key.Left)
		w.text("=")
		w.prefixed(j.Right, key.Right)
	}
	w.text(" ")
	w.subquery(j.Query)
}

func (w *printer) prefixed(prefix Name, f *Field) {
	w.field(&Field{Path: append([]Step{{Key: prefix.Text}}, f.Path...)})
}
