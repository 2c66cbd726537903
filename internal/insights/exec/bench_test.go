package exec

import (
	"fmt"
	"testing"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
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

// BenchmarkGroups makes the table of 200,000 groups and what few queries want of it.
func BenchmarkGroups(b *testing.B) {
	const n = 200_000
	t := &rows{n: n}
	for i := range n {
		t.append(0, value.NewString(fmt.Sprintf("user-%d", i*7919%n)))
	}
	for _, text := range []string{"stats count(*) as n by k", "stats count(*) as n by k | limit 10", "stats count(*) as n by k | sort n desc | limit 10"} {
		b.Run(text, func(b *testing.B) {
			tree, err := syntax.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			p, err := plan.Build(text, tree, plan.Env{End: 1 << 40})
			if err != nil {
				b.Fatal(err)
			}
			r := &run{plan: p, memory: &memory{left: 1 << 40}, behind: p.Ops}
			b.ReportAllocs()
			for b.Loop() {
				x := *t
				x.cols = append([]*value.Vector(nil), t.cols...)
				if err := r.finish(b.Context(), &x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
