package exec

import (
	"fmt"
	"testing"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// BenchmarkSort orders a table of 200,000 rows by texts, whole and its first ten rows.
func BenchmarkSort(b *testing.B) {
	const n = 200_000
	t := &rows{n: n}
	for i := range n {
		t.append(0, value.NewString(fmt.Sprintf("user-%d", i*7919%n)))
		t.append(1, value.NewInt(int64(i*7907%1000)))
	}
	for _, c := range []struct {
		name string
		key  int
		most int
	}{{"texts", 0, 0}, {"texts/first10", 0, 10}, {"numbers", 1, 0}, {"numbers/first10", 1, 10}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x := *t
				x.cols = append([]*value.Vector(nil), t.cols...)
				x.sort(&comparison{keys: []plan.SortKey{{Column: c.key}}, stable: true}, c.most)
			}
		})
	}
}
