package function

import "tailrace/internal/insights/value"

// extremes keeps the value that sorts first (sign -1) or last (sign 1) in the natural order: min, max, sortsFirst and
// sortsLast. Nulls, maps and lists do not count. Of equal numbers that are written in different ways the one whose text is first, or last, stays.
type extremes struct {
	sign  int
	best  []value.Value
	bytes int // of texts
}

func (e *extremes) Grow(groups int) { e.best = grow(e.best, groups) }

func (e *extremes) Add(groups []uint32, columns []*value.Vector, n int) {
	column := columns[0]
	step := column.Step()
	for i := range n {
		at := i * step
		group := groupOf(groups, i)
		best := e.best[group]
		if kind := column.Kind[at]; kind == value.Int && best.Kind() == value.Int {
			if word := int64(column.Word[at]); (word > best.Int()) != (e.sign > 0) || word == best.Int() {
				continue
			}
		} else if kind == value.Null {
			continue
		}
		e.offer(group, column.Row(at))
	}
}

func (e *extremes) offer(group uint32, v value.Value) {
	if !v.IsScalar() {
		return
	}
	best := e.best[group]
	if best.IsNull() || value.OrderExact(v, best) == e.sign {
		e.bytes += len(v.Bytes()) - len(best.Bytes())
		e.best[group] = v.Clone()
	}
}

func (e *extremes) Merge(from Aggregate, to []uint32) {
	for i, v := range from.(*extremes).best {
		e.offer(target(to, i), v)
	}
}

func (e *extremes) Result(group int) value.Value { return e.best[group] }

func (e *extremes) Size() int { return 40*cap(e.best) + e.bytes }
