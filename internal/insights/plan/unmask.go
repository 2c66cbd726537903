package plan

import "tailrace/internal/insights/syntax"

// unmask shows fields as they are: nothing is masked.
func (b *builder) unmask(s *syntax.Unmask) {
	for _, f := range s.Fields {
		name := f.Name()
		at := b.compute(name, b.field(f))
		if !b.scope.display {
			b.scope.show(name, at)
		}
	}
}
