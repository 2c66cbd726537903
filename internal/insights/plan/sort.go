package plan

import "tailrace/internal/insights/syntax"

// Sort orders rows; equal ones stay in their order.
type Sort struct {
	Keys []SortKey
	// Limit is how many rows are wanted of the result; 0: all.
	Limit int
}

// SortKey is a column to sort by, in natural order.
type SortKey struct {
	Column int
	Name   string
	Desc   bool
}

// Local implements Op.
func (*Sort) Local() bool { return false }

func (s *Sort) String() string {
	text := "sort"
	if s.Limit > 0 {
		text = "top " + count(s.Limit) + " by"
	}
	for i, key := range s.Keys {
		text += separator(i) + key.Name
		if key.Desc {
			text += " desc"
		}
	}
	return text
}

func (s *Sort) uses(columns Columns) {
	for _, key := range s.Keys {
		columns[key.Column] = true
	}
}

func (b *builder) sort(s *syntax.Sort) {
	sort := &Sort{}
	for i := range s.Keys {
		key := &s.Keys[i]
		name := syntax.Text(key.Expr)
		e := b.expr(key.Expr)
		at, ok := e.(*Column)
		if !ok {
			at = &Column{b.compute(name, e), name}
		}
		sort.Keys = append(sort.Keys, SortKey{at.Index, at.Name, key.Desc})
	}
	b.add(sort)
}
