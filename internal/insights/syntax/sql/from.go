package sql

import (
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/dialect"
)

const (
	maxGroups      = 50 // of logGroups(…), §16.7
	maxDataSources = 10
)

// from reads one source: a group, or in backquotes logGroups(…), dataSource(…) and filterIndex(…), which narrow each other.
func (p *parser) from(s *selection) {
	at := p.Here()
	if p.Is("(") {
		p.Refuse(at, "a subquery")
	}
	name := p.Ident("a group in backquotes")
	s.source = &syntax.Source{Span: name.Span}
	if strings.Contains(name.Text, "(") {
		p.selectors(s, name)
	} else {
		s.source.Groups = []syntax.Name{name}
	}
	if len(s.source.Groups)+len(s.source.DataSources) == 0 { // any group that has the index
		s.source.LogGroups = &syntax.GroupSelector{Span: name.Span}
	}
	if p.Is(",") {
		p.Refuse(p.Here(), "more than one source")
	}
	if p.Take("as") || p.Kind == dialect.Name && !isClause(&p.Reader) {
		p.Ident("a name")
	}
}

// selectors reads what stands in the backquotes as a text of its own; its places are moved to where it stands.
func (p *parser) selectors(s *selection, name syntax.Name) {
	in := &parser{Reader: dialect.Reader{Language: "SQL", Src: p.Src[:name.End-1], Comment: "--", End: name.Start + 1}}
	in.Advance()
	for in.Kind != dialect.EOF && !in.Failed {
		in.selector(s)
	}
	if in.Failed {
		p.Failed, p.Diagnostics = true, in.Diagnostics
		p.Kind = dialect.EOF
	}
}

func (p *parser) selector(s *selection) {
	start := p.Start
	switch {
	case p.Take("logGroups"):
		p.Expect("(")
		p.Expect("logGroupIdentifier")
		p.Expect(":")
		for _, group := range p.texts(maxGroups) {
			s.source.Groups = append(s.source.Groups, syntax.Name{Span: group.Span, Text: group.Value})
		}
	case p.Take("dataSource"):
		p.Expect("(")
		for _, source := range p.texts(maxDataSources) {
			s.source.DataSources = append(s.source.DataSources, source.Value)
		}
	case p.Take("filterIndex"):
		p.Expect("(")
		name := p.Str("a field in quotes")
		if name.Value == "" {
			p.Fail(name.Span, "the name of the field is empty")
		}
		p.Expect("=")
		index := &syntax.FilterIndex{Field: &syntax.Field{Span: name.Span, Path: []syntax.Step{{Key: name.Value}}}}
		switch value := p.Expr().(type) {
		case *syntax.String, *syntax.Number:
			index.Values = []syntax.Expr{value}
		default:
			p.Fail(value.Pos(), "filterIndex compares with a string or a number")
		}
		index.Span = p.Since(start)
		s.indexed = append(s.indexed, index)
	default:
		p.Unexpected("logGroups(…), dataSource(…) or filterIndex(…)")
	}
	p.Expect(")")
}

func (p *parser) texts(most int) []*syntax.String {
	at := p.Here()
	p.Expect("[")
	texts := dialect.List(&p.Reader, func() *syntax.String { return p.Str("a name in quotes") })
	p.Expect("]")
	if len(texts) > most {
		p.Fail(at, "more than %d names", most)
	}
	return texts
}
