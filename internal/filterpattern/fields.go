package filterpattern

import (
	"slices"
	"strings"

	"tailrace/internal/match"
)

// ellipsis is the name of the field that stands for any number of them.
const ellipsis = "..."

// field is a field of a space-delimited pattern; name is empty for a place without a name.
type field struct {
	name  string
	where *expr // nil: any text
}

// fields is a space-delimited pattern (cloudwatch-logs.md §8.4).
type fields struct {
	list   []field
	dots   int // index of the ellipsis, -1 without
	filter match.Filter
}

func (p *parser) fields() (form, error) {
	f := &fields{dots: -1}
	p.take("[")
	if p.blanks(); p.peek() == ']' {
		return nil, p.fail("a space-delimited pattern needs a field, or ... for any")
	}
	for more := true; more; more = p.take(",") {
		if err := p.field(f); err != nil {
			return nil, err
		}
		p.blanks()
	}
	if !p.take("]") {
		return nil, p.fail("expected a comma or ]")
	}
	if p.blanks(); !p.atEnd() {
		return nil, p.fail("text after the pattern's ]")
	}
	f.filter = match.NewFilter(f.required())
	return f, nil
}

func (p *parser) field(f *fields) error {
	if err := p.countTerm(); err != nil {
		return err
	}
	p.blanks()
	start := p.pos
	if p.take(ellipsis) {
		if f.dots >= 0 {
			return p.failAt(start, "more than one ...")
		}
		f.dots = len(f.list)
		f.list = append(f.list, field{name: ellipsis})
		return nil
	}
	name, err := p.fieldName(f)
	if err != nil {
		return err
	}
	f.list = append(f.list, field{name: name})
	if p.blanks(); name == "" || p.peek() == ',' || p.peek() == ']' {
		return nil
	}
	p.pos = start
	f.list[len(f.list)-1].where, err = p.or(func() (*expr, error) { return p.fieldCondition(name) })
	return err
}

// fieldName reads a new name, perhaps an empty one.
func (p *parser) fieldName(f *fields) (string, error) {
	start := p.pos
	name := p.run(isName)
	if name != "" && strings.Trim(name, "0123456789") == "" {
		return "", p.failAt(start, "a field's name is not all digits: $1, $2 are places")
	}
	if name != "" && slices.ContainsFunc(f.list, func(other field) bool { return other.name == name }) {
		return "", p.failAt(start, "two fields have the name %s", name)
	}
	return name, nil
}

func (p *parser) fieldCondition(name string) (*expr, error) {
	if err := p.countTerm(); err != nil {
		return nil, err
	}
	start := p.pos
	if p.run(isName) != name {
		return nil, p.failAt(start, "a condition of the field %s names that field", name)
	}
	p.blanks()
	c := &condition{field: name}
	return &expr{cond: c}, p.comparison(c, "&|,]")
}

// suits evaluates a field's conditions.
func (f *field) suits(text []byte) bool { return f.where == nil || f.where.suits(text) }

func (e *expr) suits(text []byte) bool {
	if e.cond != nil {
		return e.cond.value.satisfied(e.cond.op, text, false)
	}
	for _, sub := range e.subs {
		if sub.suits(text) != e.and {
			return !e.and
		}
	}
	return e.and
}

func (f *fields) matchAll() bool { return len(f.list) == 1 && f.dots == 0 }

func (f *fields) required() []match.Need {
	var all []match.Need
	for _, field := range f.list {
		if field.where != nil {
			all = append(all, field.where.required(fieldRequired)...)
		}
	}
	return match.Rank(all)
}

func fieldRequired(c *condition) []match.Need {
	if c.op == opEqual {
		return c.value.required()
	}
	return nil
}

func (f *fields) String() string {
	var texts []string
	for _, field := range f.list {
		if field.where != nil {
			texts = append(texts, field.where.String())
		} else {
			texts = append(texts, field.name)
		}
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
