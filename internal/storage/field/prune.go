package field

import "tailrace/internal/leaf"

// MayMatch tells whether a message of the block can be one for which, of each clause, some condition holds.
func (b *Block) MayMatch(where [][]leaf.Condition) bool {
	for _, clause := range where {
		may := false
		for i := range clause {
			if b.mayHold(&clause[i]) {
				may = true
				break
			}
		}
		if !may {
			return false
		}
	}
	return true
}

// mayHold tells whether the condition can hold for one of the block's leaves.
func (b *Block) mayHold(c *leaf.Condition) bool {
	col := b.Find(c.Path)
	if col < 0 {
		return col == Unknown
	}
	s := &b.columns[col]
	if s.doubled {
		return true // the others of its leaves are not here
	}
	in := input{b: s.body}
	switch s.encoding {
	case dictionary, usual:
		for _, e := range b.entries(&in) {
			if c.MayAccept(e) {
				return true
			}
		}
		return in.bad
	case integers, deltas:
		x := in.ints()
		least, most := x.least, int64(uint64(x.least)+x.span)
		return in.bad || c.Overlaps(float64(least)/tens[x.scale], float64(most)/tens[x.scale])
	default:
		for range b.rows {
			if v := in.value(); in.bad || c.MayAccept(v) {
				return true
			}
		}
		return false
	}
}
