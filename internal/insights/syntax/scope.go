package syntax

import "strings"

// scope is what names mean before a command. Before the first stats every name may be a field of the events; behind it
// only its columns are there.
type scope struct {
	closed  bool
	columns map[string]bool   // names of columns, if closed
	byText  map[string]string // canonical text of an expression → the column without alias that it became, if closed
	defined map[string]Expr   // what names were given to; a nil: by another command than fields
}

func (s *scope) add(names ...string) {
	for _, name := range names {
		if s.closed && name != "" {
			s.columns[name] = true
		}
	}
}

func (s *scope) outputs(outputs []LookupOutput) {
	for _, output := range outputs {
		s.add(output.As.Text)
	}
}

// open lets every name be a column again.
func (s *scope) open() { s.closed, s.byText = false, nil }

// has tells whether a field is a column, or lies inside of one.
func (s *scope) has(f *Field) bool {
	if !s.closed || s.columns[f.Name()] {
		return true
	}
	for n := len(f.Path) - 1; n > 0; n-- {
		if s.columns[(&Field{Path: f.Path[:n]}).Name()] {
			return true
		}
	}
	return false
}

// define makes the column of an item. The name of a field may be given again to the same thing only: Amazon calls a name
// that is given twice an ephemeral field that is redefined.
func (c *checker) define(item *Item) {
	old, again := c.scope.defined[item.Name]
	field, plain := item.Expr.(*Field)
	switch {
	case plain && field.Name() == item.Name && again: // shows what there is
	case again && (old == nil || Text(old) != Text(item.Expr)):
		c.Report(item.Span, "ephemeral field '%s' is redefined: give the second one another name", shorten(item.Name))
	default:
		c.setDefined(item.Name, item.Expr)
	}
}

func (c *checker) defineName(name string, at Span) {
	if _, again := c.scope.defined[name]; again {
		c.Report(at, "ephemeral field '%s' is redefined: give the second one another name", shorten(name))
	}
	c.setDefined(name, nil)
}

func (c *checker) setDefined(name string, e Expr) {
	if c.scope.defined == nil {
		c.scope.defined = map[string]Expr{}
	}
	c.scope.defined[name] = e
	c.scope.add(name)
}

// reportUnknown reports the names that a command behind a stats refers to in vain.
func (c *checker) reportUnknown() {
	if len(c.unknown) == 0 {
		return
	}
	var names []string
	seen := map[string]bool{}
	for _, f := range c.unknown {
		if name := f.Name(); !seen[name] {
			seen[name] = true
			names = append(names, shorten(name))
		}
	}
	c.Report(c.unknown[0].Span, "Unknown symbols found in or after stats: %s", strings.Join(names, ", "))
}
