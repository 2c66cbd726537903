package plan

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"tailrace/internal/insights/syntax"
)

// FillDown puts the last value before it in the place of a null.
type FillDown struct{ Columns []Moved }

// Moved is a column that is another one behind an operator.
type Moved struct{ From, To Column }

// Local implements Op.
func (*FillDown) Local() bool { return false }

// Effect implements Op.
func (*FillDown) Effect() Effect { return Keeps }

func (f *FillDown) String() string {
	text := "filldown"
	for i := range f.Columns {
		text += separator(i) + f.Columns[i].To.Name
	}
	return text
}

func (f *FillDown) uses(columns Columns) { uses(f.Columns, columns) }

func (f *FillDown) makes(columns Columns) { makes(f.Columns, columns) }

func uses(moved []Moved, columns Columns) {
	for i := range moved {
		columns[moved[i].From.Index] = true
	}
}

func makes(moved []Moved, columns Columns) {
	for i := range moved {
		columns[moved[i].To.Index] = true
	}
}

func (b *builder) fillDown(s *syntax.FillDown) {
	var names []string
	if len(s.Fields) == 0 {
		for _, column := range b.columns(s, nil) {
			names = append(names, column.Name)
		}
	}
	for i := range s.Fields {
		names = append(names, b.matching(&s.Fields[i])...)
	}
	op := &FillDown{}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		from := b.columnOf(name, b.field(&syntax.Field{Span: s.Span, Path: []syntax.Step{{Key: name}}}))
		op.Columns = append(op.Columns, Moved{*from, b.replace(name)})
	}
	b.add(op)
}

// matching are the names that a pattern stands for, of those that the query has named.
func (b *builder) matching(p *syntax.FieldPattern) (names []string) {
	if !p.Wildcard {
		return []string{p.Text}
	}
	parts := strings.Split(p.Text, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	pattern := regexp.MustCompile(`^` + strings.Join(parts, `.*`) + `$`)
	for _, name := range slices.Sorted(maps.Keys(b.scope.columns)) {
		if pattern.MatchString(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		b.fail(p, "no field of the query matches '%s'", p.Text)
	}
	return names
}
