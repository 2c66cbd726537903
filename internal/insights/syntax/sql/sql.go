// Package sql reads OpenSearch's SQL, as StartQuery takes it with queryLanguage SQL, onto the tree of package syntax
// (cloudwatch-logs.md §16.7): SELECT … FROM one source [WHERE] [GROUP BY] [HAVING] [ORDER BY] [LIMIT]. Everything else (JOIN,
// subqueries, UNION, WITH, window functions, …) is refused by its name.
//
// # Decisions
//
//   - SELECT * shows what a query without fields shows, and stands alone.
//   - An expression without alias is called by its text as written, white space as one blank.
//   - The alias of a column may be used in GROUP BY, HAVING and ORDER BY, its number in GROUP BY and ORDER BY.
package sql

import (
	"strconv"
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/dialect"
)

// Parse reads a query. The error is a syntax.Errors.
func Parse(text string) (*syntax.Query, error) {
	p := &parser{Reader: dialect.Reader{Language: "SQL", Src: text, Comment: "--"}}
	p.Open()
	tree := p.query()
	if !p.Failed {
		syntax.Resolve(tree, &p.Diagnostics)
	}
	if err := p.Err(text); err != nil {
		return nil, err
	}
	return tree, nil
}

type parser struct{ dialect.Reader }

// selection is a SELECT as it was written.
type selection struct {
	syntax.Span
	star     bool
	distinct bool
	columns  []syntax.Item
	source   *syntax.Source
	indexed  []syntax.Stage // filterIndex of the source
	where    syntax.Expr
	groups   []syntax.Expr
	having   syntax.Expr
	order    []syntax.SortKey
	limit    int // 0: none
}

func (p *parser) query() *syntax.Query {
	if p.At("with") {
		p.Refuse(p.Here(), "WITH")
	}
	p.Expect("select")
	p.findAlias()
	return p.selection().tree(p)
}

// findAlias looks ahead for the alias of the source, which columns may have in front.
func (p *parser) findAlias() {
	ahead := p.Reader
	for depth := 0; ahead.Kind != dialect.EOF; ahead.Advance() {
		switch {
		case ahead.Is("("):
			depth++
		case ahead.Is(")"):
			depth--
		case depth == 0 && ahead.At("from"):
			ahead.Advance()
			ahead.Ident("a group in backquotes")
			ahead.Take("as")
			if ahead.Kind == dialect.Name && !isClause(&ahead) {
				p.Qualifier = ahead.Text()
			}
			return
		}
	}
}

// refused are words behind the source that start what is not read.
var refused = []string{"join", "inner", "left", "right", "full", "cross", "union", "intersect", "except", "lateral", "window", "qualify", "tablesample"}

func isClause(r *dialect.Reader) bool {
	for _, word := range append([]string{"where", "group", "having", "order", "limit", "offset"}, refused...) {
		if r.At(word) {
			return true
		}
	}
	return false
}

func (p *parser) selection() *selection {
	s, start := &selection{}, p.Start
	s.distinct = p.Take("distinct")
	if !s.distinct {
		p.Take("all")
	}
	if s.star = p.Take("*"); !s.star {
		s.columns = dialect.List(&p.Reader, p.column)
	}
	p.Expect("from")
	p.from(s)
	if p.Take("where") {
		s.where = p.Expr()
	}
	if p.Take("group") {
		p.Expect("by")
		s.groups = dialect.List(&p.Reader, func() syntax.Expr { return p.numbered(s) })
	}
	if p.Take("having") {
		s.having = p.Expr()
	}
	if p.Take("order") {
		p.Expect("by")
		s.order = dialect.List(&p.Reader, func() syntax.SortKey { return p.sortKey(s) })
	}
	if p.Take("limit") {
		s.limit = p.Int(1, syntax.MaxLimit)
	}
	if p.At("offset") || p.Is(",") {
		p.Refuse(p.Here(), "OFFSET")
	}
	for _, word := range refused {
		if p.At(word) {
			p.Refuse(p.Here(), strings.ToUpper(word))
		}
	}
	if p.Kind != dialect.EOF {
		p.Unexpected("WHERE, GROUP BY, HAVING, ORDER BY, LIMIT or the end")
	}
	s.Span = p.Since(start)
	return s
}

func (p *parser) column() syntax.Item {
	start := p.Start
	if p.Is("*") {
		p.Refuse(p.Here(), "* beside other columns")
	}
	item := syntax.Item{Expr: p.Expr()}
	item.Name = strings.Join(strings.Fields(p.Src[start:p.Since(start).End]), " ")
	if f, ok := item.Expr.(*syntax.Field); ok {
		item.Name = f.Name()
	}
	if p.Take("as") || p.Kind == dialect.Name && !p.At("from") {
		item.Name, item.Named = p.Ident("a name").Text, true
	}
	item.Span = p.Since(start)
	return item
}

// numbered reads an expression, or the number of a column, which stands for that.
func (p *parser) numbered(s *selection) syntax.Expr {
	at := p.Here()
	e := p.Expr()
	n, ok := e.(*syntax.Number)
	if !ok {
		return e
	}
	if i, err := strconv.Atoi(n.Text); err == nil && i >= 1 && i <= len(s.columns) {
		return s.columns[i-1].Expr
	}
	p.Fail(at, "there is no column %s", n.Text)
	return e
}

func (p *parser) sortKey(s *selection) syntax.SortKey {
	start := p.Start
	key := syntax.SortKey{Expr: p.numbered(s)}
	if key.Desc = p.Take("desc"); !key.Desc {
		p.Take("asc")
	}
	if p.At("nulls") {
		p.Refuse(p.Here(), "NULLS FIRST and NULLS LAST")
	}
	key.Span = p.Since(start)
	return key
}
