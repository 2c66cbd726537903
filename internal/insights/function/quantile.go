package function

import (
	"fmt"
	"math"
	"slices"

	"tailrace/internal/insights/value"
)

// MaxExactNumbers is how many numbers of a group pct, median and histogram keep as they are.
const MaxExactNumbers = 8192

// numbers is a multiset of numbers: as they are, or in buckets once there are too many. A power of two is divided in 512 buckets of
// equal width, so that the middle of a bucket is at most 2^-10 of a number away from each number in it. Buckets
// are counted exactly, which makes merging them exact too, in any order.
type numbers struct {
	exact   []float64
	pages   map[uint16]*[pageSize]int64 // by sign and exponent, as a float64 has them
	last    *[pageSize]int64            // the page of lastKey
	lastKey uint16
	count   int64
	least   float64
	most    float64
}

const (
	pageBits  = 9
	pageSize  = 1 << pageBits
	pageBytes = 8*pageSize + 32
)

// add adds a number and returns by how many bytes the set grew.
func (s *numbers) add(f float64) (grown int) {
	if s.count == 0 {
		s.least, s.most = f, f
	}
	s.count++
	s.least, s.most = min(s.least, f), max(s.most, f)
	if s.pages != nil {
		return s.put(f, 1)
	}
	before := cap(s.exact)
	s.exact = append(s.exact, f)
	grown = 8 * (cap(s.exact) - before)
	if len(s.exact) > MaxExactNumbers {
		grown += s.spread()
	}
	return grown
}

// spread leaves single numbers for buckets.
func (s *numbers) spread() (grown int) {
	grown = -8 * cap(s.exact)
	s.pages = map[uint16]*[pageSize]int64{}
	for _, f := range s.exact {
		grown += s.put(f, 1)
	}
	s.exact = nil
	return grown
}

func (s *numbers) put(f float64, count int64) (grown int) {
	bits := math.Float64bits(f + 0) // -0 becomes 0
	key := uint16(bits >> 52)
	if s.last == nil || key != s.lastKey {
		page := s.pages[key]
		if page == nil {
			page = new([pageSize]int64)
			s.pages[key] = page
			grown = pageBytes
		}
		s.last, s.lastKey = page, key
	}
	s.last[bits>>(52-pageBits)%pageSize] += count
	return grown
}

func (s *numbers) merge(other *numbers) (grown int) {
	if other.count == 0 {
		return 0
	}
	if s.pages == nil && other.pages == nil && s.count+other.count <= MaxExactNumbers {
		for _, f := range other.exact {
			grown += s.add(f)
		}
		return grown
	}
	if s.pages == nil {
		grown = s.spread()
	}
	if s.count == 0 {
		s.least, s.most = other.least, other.most
	}
	s.least, s.most = min(s.least, other.least), max(s.most, other.most)
	s.count += other.count
	for _, f := range other.exact {
		grown += s.put(f, 1)
	}
	for key, page := range other.pages {
		mine := s.pages[key]
		if mine == nil {
			mine = new([pageSize]int64)
			s.pages[key] = mine
			grown += pageBytes
		}
		for i, n := range page {
			mine[i] += n
		}
	}
	return grown
}

// each calls visit with the numbers in ascending order, equal ones and those of a bucket together.
func (s *numbers) each(visit func(f float64, count int64)) {
	if s.pages == nil {
		sorted := slices.Clone(s.exact)
		slices.Sort(sorted)
		for _, f := range sorted {
			visit(f, 1)
		}
		return
	}
	var keys []uint16
	for key := range s.pages {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b uint16) int { return rank(a) - rank(b) })
	for _, key := range keys {
		for i := range pageSize {
			if key>>11 != 0 { // negative: the larger the bits, the smaller the number
				i = pageSize - 1 - i
			}
			if n := s.pages[key][i]; n > 0 {
				visit(s.middle(key, i), n)
			}
		}
	}
}

// rank orders pages by their numbers.
func rank(key uint16) int {
	if key>>11 != 0 {
		return -int(key)
	}
	return int(key)
}

// middle is the number that stands for a bucket. The least numbers of all, which a float64 has without full precision, are 0.
func (s *numbers) middle(key uint16, bucket int) float64 {
	if key&0x7ff == 0 {
		return min(max(0, s.least), s.most)
	}
	low := uint64(key)<<52 | uint64(bucket)<<(52-pageBits)
	return min(max(math.Float64frombits(low|1<<(51-pageBits)), s.least), s.most)
}

// quantile returns the number below which a share of all lies, from 0 to 1: between the two numbers nearest to that place
// it is on the line between them, as is usual (type 7 of Hyndman and Fan, 1996).
func (s *numbers) quantile(share float64) float64 {
	place := share * float64(s.count-1)
	below, above := int64(place), int64(math.Ceil(place))
	var low, high float64
	seen := int64(0)
	s.each(func(f float64, count int64) {
		if seen <= below && below < seen+count {
			low = f
		}
		if seen <= above && above < seen+count {
			high = f
		}
		seen += count
	})
	if low == high {
		return low
	}
	return low + (high-low)*(place-float64(below))
}

// quantiles is pct and median.
type quantiles struct {
	share float64
	sets  []numbers
	bytes int
}

func newQuantile(percent float64) Aggregate { return &quantiles{share: percent / 100} }

func preparePct(name string, args []Arg) (func() Aggregate, error) {
	n, ok := args[1].Value.Number()
	if percent := n.Float(); args[1].Const && ok && percent >= 0 && percent <= 100 {
		return func() Aggregate { return newQuantile(percent) }, nil
	}
	return nil, &ArgumentError{Function: name, Index: 1, Reason: fmt.Sprintf("expected a number from %d to %d", 0, 100)}
}

func (q *quantiles) Grow(groups int) { q.sets = grow(q.sets, groups) }

func (q *quantiles) Add(groups []uint32, columns []*value.Vector, n int) {
	eachNumber(groups, columns[0], n, func(group uint32, number value.Number) { q.bytes += q.sets[group].add(number.Float()) })
}

func (q *quantiles) Merge(from Aggregate, to []uint32) {
	for i := range from.(*quantiles).sets {
		q.bytes += q.sets[target(to, i)].merge(&from.(*quantiles).sets[i])
	}
}

func (q *quantiles) Result(group int) value.Value {
	if q.sets[group].count == 0 {
		return value.Value{}
	}
	return value.NewComputed(q.sets[group].quantile(q.share))
}

func (q *quantiles) Size() int { return 80*cap(q.sets) + q.bytes }

// histogram counts numbers in ranges of equal width from the least to the largest.
type histogram struct {
	quantiles
	buckets int
}

// maxBuckets bounds the ranges of a histogram.
const maxBuckets = 1000

func prepareHistogram(name string, args []Arg) (func() Aggregate, error) {
	buckets, err := literal(name, args, 1, 1, maxBuckets)
	if err != nil {
		return nil, err
	}
	return func() Aggregate { return &histogram{buckets: int(buckets)} }, nil
}

func (h *histogram) Merge(from Aggregate, to []uint32) {
	h.quantiles.Merge(&from.(*histogram).quantiles, to)
}

// Result is a map from ranges, such as [0, 10), to the numbers in them, in ascending order; the last range has its upper
// end.
func (h *histogram) Result(group int) value.Value {
	s := &h.sets[group]
	if s.count == 0 {
		return value.Value{}
	}
	buckets := h.buckets
	width := s.most/float64(buckets) - s.least/float64(buckets)
	if width == 0 {
		buckets = 1
	}
	counts := make([]int64, buckets)
	s.each(func(f float64, count int64) {
		at := 0
		if width > 0 {
			at = min(int((f-s.least)/width), buckets-1)
		}
		counts[at] += count
	})
	out := []byte{'{'}
	for i, n := range counts {
		low, high, end := s.least+float64(i)*width, s.least+float64(i+1)*width, ')'
		if i == buckets-1 {
			high, end = s.most, ']'
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, `"[%s, %s%c":%d`, value.NewComputed(low), value.NewComputed(high), end, n)
	}
	return value.NewJSON(append(out, '}'))
}
