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
	exact       []float64
	positive    ladder
	negative    ladder
	count       int64
	least, most float64
}

// ladder is the buckets of one sign: a page for each exponent from low on that there are numbers of, as a float64 has it.
type ladder struct {
	low   int
	pages []*page
}

// page is the counts of the buckets of one power of two.
type page [pageSize]int64

const (
	pageBits  = 9
	pageSize  = 1 << pageBits
	exponents = 0x7ff
)

// add adds a number and returns by how many bytes the set grew.
func (s *numbers) add(f float64) (grown int) {
	if s.count == 0 {
		s.least, s.most = f, f
	}
	s.count++
	s.least, s.most = min(s.least, f), max(s.most, f)
	if s.isSpread() {
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

// isSpread tells whether the numbers are in buckets.
func (s *numbers) isSpread() bool { return s.positive.pages != nil || s.negative.pages != nil }

// spread leaves single numbers for buckets.
func (s *numbers) spread() (grown int) {
	grown = -8 * cap(s.exact)
	for _, f := range s.exact {
		grown += s.put(f, 1)
	}
	s.exact = nil
	return grown
}

func (s *numbers) put(f float64, count int64) (grown int) {
	bits := math.Float64bits(f + 0) // -0 becomes 0
	side := &s.positive
	if bits>>63 != 0 {
		side = &s.negative
	}
	p, grown := side.page(int(bits >> 52 & exponents))
	p[bits>>(52-pageBits)%pageSize] += count
	return grown
}

// page returns the page of an exponent, and how many bytes it is if it is new.
func (l *ladder) page(exponent int) (p *page, grown int) {
	at := exponent - l.low
	if at >= 0 && at < len(l.pages) && l.pages[at] != nil {
		return l.pages[at], 0
	}
	before := cap(l.pages)
	switch {
	case len(l.pages) == 0:
		l.low, at = exponent, 0
	case at < 0:
		l.pages = slices.Insert(l.pages, 0, make([]*page, -at)...)
		l.low, at = exponent, 0
	}
	if at >= len(l.pages) {
		l.pages = append(l.pages, make([]*page, at+1-len(l.pages))...)
	}
	l.pages[at] = new(page)
	return l.pages[at], 8*pageSize + 8*(cap(l.pages)-before)
}

func (s *numbers) merge(other *numbers) (grown int) {
	switch {
	case other.count == 0:
		return 0
	case s.count == 0:
		s.least, s.most = other.least, other.most
	}
	s.least, s.most = min(s.least, other.least), max(s.most, other.most)
	s.count += other.count
	if s.count <= MaxExactNumbers {
		before := cap(s.exact)
		s.exact = append(s.exact, other.exact...)
		return 8 * (cap(s.exact) - before)
	}
	grown = s.spread()
	for _, f := range other.exact {
		grown += s.put(f, 1)
	}
	return grown + s.positive.merge(&other.positive) + s.negative.merge(&other.negative)
}

func (l *ladder) merge(other *ladder) (grown int) {
	for i, theirs := range other.pages {
		if theirs == nil {
			continue
		}
		mine, n := l.page(other.low + i)
		grown += n
		for bucket, count := range theirs {
			mine[bucket] += count
		}
	}
	return grown
}

// each calls visit with the numbers in ascending order, equal ones and those of a bucket together.
func (s *numbers) each(visit func(f float64, count int64)) {
	if !s.isSpread() {
		sorted := slices.Clone(s.exact)
		slices.Sort(sorted)
		for _, f := range sorted {
			visit(f, 1)
		}
		return
	}
	// The larger the bits of negative numbers are, the less are these.
	for i, p := range slices.Backward(s.negative.pages) {
		for bucket := pageSize - 1; p != nil && bucket >= 0; bucket-- {
			if p[bucket] > 0 {
				visit(s.inRange(-middle(s.negative.low+i, bucket)), p[bucket])
			}
		}
	}
	for i, p := range s.positive.pages {
		for bucket := 0; p != nil && bucket < pageSize; bucket++ {
			if p[bucket] > 0 {
				visit(s.inRange(middle(s.positive.low+i, bucket)), p[bucket])
			}
		}
	}
}

// middle is the number that stands for a bucket. The least numbers of all, which a float64 has without full precision, are 0.
func middle(exponent, bucket int) float64 {
	if exponent == 0 {
		return 0
	}
	return math.Float64frombits(uint64(exponent)<<52 | uint64(bucket)<<(52-pageBits) | 1<<(51-pageBits))
}

func (s *numbers) inRange(f float64) float64 { return min(max(f, s.least), s.most) }

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

func (q *quantiles) Size() int { return 112*cap(q.sets) + q.bytes }

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
