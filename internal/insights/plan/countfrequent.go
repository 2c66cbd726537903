package plan

import "tailrace/internal/insights/syntax"

// frequency is the name of the column that countFrequent adds (cloudwatch-logs.md §16.3).
const frequency = "_approxcount"

// countFrequent counts combinations of values, exactly, the most frequent ones first.
func (b *builder) countFrequent(s *syntax.CountFrequent) {
	counted := syntax.Item{Span: s.Span, Expr: &syntax.Call{Span: s.Span, Func: "count", Star: true}, Name: frequency, Named: true}
	stats := &syntax.Stats{Span: s.Span, Aggs: []syntax.Item{counted}}
	for _, f := range s.Fields {
		stats.By = append(stats.By, syntax.Item{Span: f.Span, Expr: f, Name: f.Name()})
	}
	b.stats(stats)
	by := &syntax.Field{Span: s.Span, Path: []syntax.Step{{Key: frequency}}}
	b.sort(&syntax.Sort{Span: s.Span, Keys: []syntax.SortKey{{Span: s.Span, Expr: by, Desc: true}}})
}
