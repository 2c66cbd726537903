package plan

import "tailrace/internal/insights/syntax"

// structured tells whether an expression is known to be a map or a list. Of what is inside of one that is not known: there a map is
// null where single values are compared.
func (b *builder) structured(e Expr) bool {
	switch e := e.(type) {
	case *Column:
		return b.scope.structures[e.Index]
	case *Call:
		f, ok := syntax.FunctionByName(e.Name)
		return ok && isStructure(f)
	}
	return false
}

func isStructure(f *syntax.Function) bool {
	return f.Result == syntax.KindMap || f.Result == syntax.KindList
}

// structure notes that a column is a map or a list.
func (s *scope) structure(column int) {
	if s.structures == nil {
		s.structures = map[int]bool{}
	}
	s.structures[column] = true
}

// single refuses a map or list where a command wants single values (cloudwatch-logs.md §16.4).
func (b *builder) single(command string, at syntax.Expr, e Expr) {
	if b.structured(e) {
		b.fail(at, "%s takes single values, and '%s' is a map or a list: take a member of it", command, syntax.Text(at))
	}
}
