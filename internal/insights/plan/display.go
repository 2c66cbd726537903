package plan

import "tailrace/internal/insights/syntax"

// display computes what it names and shows nothing else.
func (b *builder) display(s *syntax.Display) {
	b.scope.shown = nil
	for i := range s.Items {
		item := &s.Items[i]
		b.scope.show(item.Name, b.compute(item.Name, b.expr(item.Expr)))
	}
	b.scope.named, b.scope.display = true, true
}
