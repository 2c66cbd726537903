package plan

import "tailrace/internal/insights/syntax"

// expand makes rows of the elements of a field, in its place.
func (b *builder) expand(s *syntax.Expand) {
	x := b.container(s.Field)
	b.add(&Unnest{X: x, Column: b.replace(s.Field.Name()), Text: true})
}
