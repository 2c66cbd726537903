package function

import "tailrace/internal/insights/value"

// count counts rows or, with an argument, rows where that has a value.
type count struct{ counts []int64 }

func newCount() Aggregate { return &count{} }

func (c *count) Grow(groups int) { c.counts = grow(c.counts, groups) }

func (c *count) Add(groups []uint32, columns []*value.Vector, n int) {
	all := len(columns) == 0 || columns[0] == nil || columns[0].Const && !columns[0].IsNull(0)
	switch {
	case all && groups == nil:
		c.counts[0] += int64(n)
	case all:
		for _, g := range groups[:n] {
			c.counts[g]++
		}
	case !columns[0].Const:
		for i, kind := range columns[0].Kind[:n] {
			if kind != value.Null {
				c.counts[groupOf(groups, i)]++
			}
		}
	}
}

func (c *count) Merge(from Aggregate, to []uint32) {
	for i, n := range from.(*count).counts {
		c.counts[target(to, i)] += n
	}
}

func (c *count) Result(group int) value.Value { return value.NewInt(c.counts[group]) }

func (c *count) Size() int { return 8 * cap(c.counts) }
