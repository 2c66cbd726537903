package function

import (
	"cmp"

	"tailrace/internal/insights/value"
)

// ends keeps the value of the earliest (sign -1) or latest (sign 1) event that has one, maps and lists aside. Of events of one time it is that of
// the value that sorts first, or last.
type ends struct {
	sign   int
	points []point
	bytes  int // of texts
}

type point struct {
	at int64
	v  value.Value
}

func (e *ends) Grow(groups int) { e.points = grow(e.points, groups) }

func (e *ends) Add(groups []uint32, columns []*value.Vector, n int) {
	values, times := columns[0], columns[1]
	for i := range n {
		if values.IsNull(i) {
			continue
		}
		at, ok := millis(times.Row(i))
		group := groupOf(groups, i)
		if old := &e.points[group]; ok && (old.v.IsNull() || cmp.Compare(at, old.at) != -e.sign) {
			if v := values.Row(i); v.IsScalar() {
				e.offer(group, point{at, v})
			}
		}
	}
}

func (e *ends) offer(group uint32, p point) {
	old := &e.points[group]
	if p.v.IsNull() || !old.v.IsNull() && before(p, *old) != e.sign {
		return
	}
	e.bytes += len(p.v.Bytes()) - len(old.v.Bytes())
	*old = point{p.at, p.v.Clone()}
}

func before(a, b point) int {
	if c := cmp.Compare(a.at, b.at); c != 0 {
		return c
	}
	return value.OrderExact(a.v, b.v)
}

func (e *ends) Merge(from Aggregate, to []uint32) {
	for i, p := range from.(*ends).points {
		e.offer(target(to, i), p)
	}
}

func (e *ends) Result(group int) value.Value { return e.points[group].v }

func (e *ends) Size() int { return 48*cap(e.points) + e.bytes }

// rate is how much a number changed per interval: the difference of the latest and the earliest number over the time between
// them, times the interval. There is none without two times.
type rate struct {
	interval    int64 // milliseconds
	first, last ends
}

func prepareRate(name string, args []Arg) (func() Aggregate, error) {
	s, err := newSpan(args[1].Period, false)
	if err == nil && s.millis == 0 {
		return nil, &ArgumentError{Function: name, Index: 1, Reason: "months, quarters and years have no length: expected a week at most as unit"}
	}
	if err != nil {
		return nil, &ArgumentError{Function: name, Index: 1, Reason: err.Error()}
	}
	return func() Aggregate { return &rate{interval: s.millis, first: ends{sign: -1}, last: ends{sign: 1}} }, nil
}

func (r *rate) Grow(groups int) {
	r.first.Grow(groups)
	r.last.Grow(groups)
}

func (r *rate) Add(groups []uint32, columns []*value.Vector, n int) {
	values, times := columns[0], columns[len(columns)-1]
	for i := range n {
		v := values.Row(i)
		number, ok := v.Number()
		at, timed := millis(times.Row(i))
		if ok && timed {
			p := point{at, number.Value()}
			r.first.offer(groupOf(groups, i), p)
			r.last.offer(groupOf(groups, i), p)
		}
	}
}

func (r *rate) Merge(from Aggregate, to []uint32) {
	r.first.Merge(&from.(*rate).first, to)
	r.last.Merge(&from.(*rate).last, to)
}

func (r *rate) Result(group int) value.Value {
	first, last := r.first.points[group], r.last.points[group]
	if first.v.IsNull() || first.at == last.at {
		return value.Value{}
	}
	length := float64(last.at) - float64(first.at)
	change := value.Subtract.Apply(last.v, first.v)
	return value.Multiply.Apply(value.Divide.Apply(change, value.NewComputed(length)), value.NewInt(r.interval))
}

func (r *rate) Size() int { return r.first.Size() + r.last.Size() }
