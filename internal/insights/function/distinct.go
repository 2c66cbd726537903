package function

import (
	"math"

	"tailrace/internal/insights/value"
)

// MaxExactDistinct is how many different values of a group count_distinct counts exactly: it knows them by hashes of 64 bits,
// of which two of so many are equal once in 10^11 times.
const MaxExactDistinct = 16_384

// distinct counts different values, as they print in full: 1 and "1" are one, 1 and 1.0 are two. Maps and lists do not count.
type distinct struct {
	sets  []hashes
	bytes int
	memo  []uint64 // hashes of a dictionary's entries
}

// hashes is the set of some values' hashes: exactly, or as the registers of a HyperLogLog sketch.
type hashes struct {
	table []uint64 // open addressing, 0 is free
	count int
	maxed []uint8 // registers, once there were too many
}

func newDistinct() Aggregate { return &distinct{} }

func (d *distinct) Grow(groups int) { d.sets = grow(d.sets, groups) }

func (d *distinct) Add(groups []uint32, columns []*value.Vector, n int) {
	column := columns[0]
	step := column.Step()
	d.memo = append(d.memo[:0], make([]uint64, len(column.Dict))...)
	for i := range n {
		at := i * step
		var hash uint64
		switch kind := column.Kind[at]; {
		case kind == value.Null || kind >= value.Map:
			continue
		case kind == value.Text:
			place := column.Word[at]
			if hash = d.memo[place]; hash == 0 {
				hash = value.HashText(column.Dict[place])
				d.memo[place] = hash
			}
		default:
			hash = column.Row(at).Hash()
		}
		d.bytes += d.sets[groupOf(groups, i)].add(hash)
	}
}

// add adds a hash and returns by how many bytes the set grew.
func (h *hashes) add(hash uint64) (grown int) {
	if hash == 0 {
		hash = 1
	}
	if h.maxed != nil {
		h.register(hash)
		return 0
	}
	if h.count >= len(h.table)/4*3 {
		grown = h.rehash()
	}
	if h.insert(hash) && h.count > MaxExactDistinct {
		return grown + h.summarize()
	}
	return grown
}

func (h *hashes) insert(hash uint64) bool {
	mask := uint64(len(h.table) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		switch h.table[at] {
		case hash:
			return false
		case 0:
			h.table[at] = hash
			h.count++
			return true
		}
	}
}

func (h *hashes) rehash() (grown int) {
	old := h.table
	h.table, h.count = make([]uint64, max(8, 2*len(old))), 0
	for _, hash := range old {
		if hash != 0 {
			h.insert(hash)
		}
	}
	return 8 * (len(h.table) - len(old))
}

const (
	registerBits  = 14
	registerCount = 1 << registerBits
)

// summarize leaves the table for registers.
func (h *hashes) summarize() (grown int) {
	h.maxed = make([]uint8, registerCount)
	for _, hash := range h.table {
		if hash != 0 {
			h.register(hash)
		}
	}
	grown = registerCount - 8*len(h.table)
	h.table, h.count = nil, 0
	return grown
}

// register keeps, of the hashes with the same first bits, the most zeros that the others start with, and one.
func (h *hashes) register(hash uint64) {
	at := hash >> (64 - registerBits)
	rest := hash<<registerBits | 1<<(registerBits-1)
	zeros := uint8(1)
	for rest>>63 == 0 {
		rest <<= 1
		zeros++
	}
	h.maxed[at] = max(h.maxed[at], zeros)
}

func (d *distinct) Merge(from Aggregate, to []uint32) {
	for i := range from.(*distinct).sets {
		other, set := &from.(*distinct).sets[i], &d.sets[target(to, i)]
		if other.maxed != nil && set.maxed == nil {
			d.bytes += set.summarize()
		}
		for at, zeros := range other.maxed {
			set.maxed[at] = max(set.maxed[at], zeros)
		}
		for _, hash := range other.table {
			if hash != 0 {
				d.bytes += set.add(hash)
			}
		}
	}
}

func (d *distinct) Result(group int) value.Value {
	h := &d.sets[group]
	if h.maxed == nil {
		return value.NewInt(int64(h.count))
	}
	return value.NewInt(int64(math.Round(estimate(h.maxed))))
}

// estimate is how many different values registers stand for (Ertl, "New cardinality estimation algorithms for HyperLogLog
// sketches", 2017, algorithm 6): without bias over the whole range.
func estimate(registers []uint8) float64 {
	const most = 64 - registerBits
	var counts [most + 2]int
	for _, zeros := range registers {
		counts[zeros]++
	}
	m := float64(registerCount)
	z := m * tau(1-float64(counts[most+1])/m)
	for k := most; k >= 1; k-- {
		z = (z + float64(counts[k])) / 2
	}
	z += m * sigma(float64(counts[0])/m)
	return m * m / (2 * math.Ln2 * z)
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for y, z := 1.0, x; ; y *= 2 {
		x *= x
		last := z
		if z += x * y; z == last {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, z := 0.5, 1-x; ; y /= 2 {
		x = math.Sqrt(x)
		last := z
		if z -= (1 - x) * (1 - x) * y; z == last {
			return z / 3
		}
	}
}

func (d *distinct) Size() int { return 56*cap(d.sets) + d.bytes }
