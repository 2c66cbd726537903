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
		c.addAll(groups[:n])
	case !columns[0].Const:
		for i, kind := range columns[0].Kind[:n] {
			if kind != value.Null {
				c.counts[groupOf(groups, i)]++
			}
		}
	}
}

// addAll counts rows. Neighbours are mostly of one group: to add one to the same number again and again waits for itself.
func (c *count) addAll(groups []uint32) {
	for ; len(groups) >= 8; groups = groups[8:] {
		x := (*[8]uint32)(groups)
		if first := x[0]; (x[1]^first)|(x[2]^first)|(x[3]^first)|(x[4]^first)|(x[5]^first)|(x[6]^first)|(x[7]^first) == 0 {
			c.counts[first] += 8
			continue
		}
		for _, g := range x {
			c.counts[g]++
		}
	}
	for _, g := range groups {
		c.counts[g]++
	}
}

func (c *count) Merge(from Aggregate, to []uint32) {
	for i, n := range from.(*count).counts {
		c.counts[target(to, i)] += n
	}
}

func (c *count) Result(group int) value.Value { return value.NewInt(c.counts[group]) }

func (c *count) Size() int { return 8 * cap(c.counts) }
