package ppl

import (
	"slices"
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/dialect"
)

// fields keeps columns; with "-" it drops some, which only a list of all can tell.
func (p *parser) fields(start int) {
	minus := p.Take("-")
	if !minus {
		p.Take("+")
	}
	var names []string
	for _, f := range dialect.List(&p.Reader, p.field) {
		names = append(names, f.Name())
	}
	if !minus {
		p.columns = names
		return
	}
	at := p.Since(start)
	if p.columns == nil {
		p.Refuse(at, "fields - before stats")
	}
	p.columns = slices.DeleteFunc(p.columns, func(name string) bool { return slices.Contains(names, name) })
	if len(p.columns) == 0 {
		p.Fail(at, "no field is left")
	}
}

func (p *parser) stats(start int) {
	for _, option := range []string{"partitions", "allnum", "delim", "bucket_nullable"} {
		if p.At(option) {
			p.Refuse(p.Here(), "the option "+option+" of stats")
		}
	}
	s := &syntax.Stats{Aggs: dialect.List(&p.Reader, p.item)}
	if p.Take("by") {
		s.By = dialect.List(&p.Reader, p.item)
	}
	s.Span = p.Since(start)
	p.add(s)
	p.columns = nil
	for _, items := range [][]syntax.Item{s.Aggs, s.By} {
		for _, item := range items {
			p.columns = append(p.columns, item.Name)
		}
	}
}

func (p *parser) item() syntax.Item {
	start := p.Start
	item := syntax.Item{Expr: p.expr()}
	item.Span = p.Since(start)
	if item.Name = strings.Join(strings.Fields(p.Src[start:item.End]), " "); p.Take("as") {
		item.Name, item.Named = p.Ident("a name").Text, true
	} else if f, ok := item.Expr.(*syntax.Field); ok {
		item.Name = f.Name()
	}
	item.Span = p.Since(start)
	return item
}

// sort reads sort [n] [+|-] f [asc|desc], ….
func (p *parser) sort(start int) {
	count := 0
	if p.Kind == dialect.Number {
		count = p.Int(0, syntax.MaxLimit)
	}
	s := &syntax.Sort{Keys: dialect.List(&p.Reader, func() syntax.SortKey {
		start := p.Start
		key := syntax.SortKey{Desc: p.Take("-")}
		if !key.Desc {
			p.Take("+")
		}
		key.Expr = p.field()
		if p.Take("desc") || p.Take("d") {
			key.Desc = true
		} else if !p.Take("asc") {
			p.Take("a")
		}
		key.Span = p.Since(start)
		return key
	})}
	s.Span = p.Since(start)
	p.add(s)
	if count > 0 {
		p.add(&syntax.Limit{Span: s.Span, Count: count})
	}
}

// eval reads eval name = expr, ….
func (p *parser) eval(start int) {
	f := &syntax.Fields{Items: dialect.List(&p.Reader, func() syntax.Item {
		start := p.Start
		name := p.Field().Name()
		p.Expect("=")
		e := p.expr()
		p.addColumns(name)
		return syntax.Item{Span: p.Since(start), Expr: e, Name: name, Named: true}
	})}
	f.Span = p.Since(start)
	p.add(f)
}

// addColumns adds to what there is, if that is known.
func (p *parser) addColumns(names ...string) {
	for _, name := range names {
		if p.columns != nil && !slices.Contains(p.columns, name) {
			p.columns = append(p.columns, name)
		}
	}
}

// rename reads rename old as new, ….
func (p *parser) rename(start int) {
	items := dialect.List(&p.Reader, func() syntax.Item {
		start := p.Start
		old := p.field()
		if p.Is("*") {
			p.Refuse(p.Here(), "a wildcard of rename")
		}
		p.Expect("as")
		name := p.Ident("a name").Text
		if i := slices.Index(p.columns, old.Name()); i >= 0 {
			p.columns[i] = name
		}
		return syntax.Item{Span: p.Since(start), Expr: old, Name: name, Named: true}
	})
	p.add(&syntax.Fields{Span: p.Since(start), Items: items})
}

func (p *parser) head(start int) {
	count := 10
	if p.Kind == dialect.Number {
		count = p.Int(1, syntax.MaxLimit)
	}
	if p.At("from") {
		p.Refuse(p.Here(), "the option from of head")
	}
	p.add(&syntax.Limit{Span: p.Since(start), Count: count})
}

// top reads top|rare [n] f, …: the most or least frequent combinations.
func (p *parser) top(start int, most bool) {
	count := 10
	if p.Kind == dialect.Number {
		count = p.Int(1, syntax.MaxLimit)
	}
	fields := dialect.List(&p.Reader, p.field)
	if p.At("by") {
		p.Refuse(p.Here(), "by of top and rare")
	}
	at := p.Since(start)
	s := &syntax.Stats{Span: at, Aggs: []syntax.Item{{
		Span: at, Expr: &syntax.Call{Span: at, Func: "count", Star: true}, Name: "count", Named: true,
	}}}
	p.columns = nil
	for _, f := range fields {
		s.By = append(s.By, column(f))
		p.columns = append(p.columns, f.Name())
	}
	p.columns = append(p.columns, "count")
	p.add(s)
	p.add(&syntax.Sort{Span: at, Keys: []syntax.SortKey{{Span: at, Expr: named("count"), Desc: most}}})
	p.add(&syntax.Limit{Span: at, Count: count})
}

// dedup keeps one row for each combination; rows without a value are dropped, as PPL does unless told otherwise.
func (p *parser) dedup(start int) {
	if p.Kind == dialect.Number && p.Int(1, syntax.MaxLimit) != 1 {
		p.Refuse(p.Since(start), "dedup of more than one")
	}
	fields := dialect.List(&p.Reader, p.field)
	keepEmpty := false
	for p.At("keepempty") || p.At("consecutive") {
		at, option := p.Here(), strings.ToLower(p.Text())
		p.Advance()
		p.Expect("=")
		value := p.At("true")
		if !p.Take("true") {
			p.Expect("false")
		}
		if option == "consecutive" && value {
			p.Refuse(at, "dedup of neighbours")
		}
		keepEmpty = keepEmpty || option == "keepempty" && value
	}
	at := p.Since(start)
	if !keepEmpty {
		p.add(&syntax.Filter{Span: at, Cond: present(at, fields)})
	}
	p.add(&syntax.Dedup{Span: at, Fields: fields})
}

func present(at syntax.Span, fields []*syntax.Field) syntax.Expr {
	var all syntax.Expr
	for _, f := range fields {
		var one syntax.Expr = &syntax.Call{Span: at, Func: "ispresent", Args: []syntax.Expr{f}}
		if all != nil {
			one = &syntax.Binary{Span: at, Op: syntax.And, X: all, Y: one}
		}
		all = one
	}
	return all
}

// parse reads parse f 'regex'; its named groups become fields.
func (p *parser) parse(start int) {
	field := p.field()
	s := p.Str("a regular expression in quotes")
	stage := &syntax.ParseStage{Field: field, Regex: p.Regex(s)}
	stage.Span = p.Since(start)
	if len(stage.Columns()) == 0 && !p.Failed {
		p.Fail(s.Span, "the regular expression has no group (?<name>...)")
	}
	p.addColumns(stage.Columns()...)
	p.add(stage)
}
