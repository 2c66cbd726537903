package plan

import "tailrace/internal/insights/syntax"

// logCompare is a diff with the range that lies a period before.
func (b *builder) logCompare(s *syntax.LogCompare) {
	b.compare(s, b.before(s.Shift, b.env.Start), b.before(s.Shift, b.env.End))
}
