package exec

import (
	"cmp"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// A table is rows with memory of their own.

// cellBytes and refBytes are what a value and a reference take in a table, without texts.
const (
	cellBytes = 32
	refBytes  = 48
)

// appendRow copies a row of from, of the given columns, and tells how many bytes that takes.
func (r *rows) appendRow(from *rows, row int, columns []int) (bytes int64) {
	for _, at := range columns {
		for len(r.cols) <= at {
			r.cols = append(r.cols, nil)
		}
		if r.cols[at] == nil {
			r.cols[at] = &value.Vector{}
		}
		v := from.get(at).Row(row).Clone()
		r.cols[at].Append(v)
		bytes += cellBytes + int64(len(v.Bytes()))
	}
	if len(from.refs) > 0 {
		r.refs = append(r.refs, from.refs[row])
		bytes += refBytes
	}
	r.n++
	return bytes
}

// comparison orders rows of a table: the columns that are sorted by, then the events that they stand for.
type comparison struct {
	keys    []plan.SortKey
	exact   bool        // tells numbers that are equal, and maps and lists, by their texts
	stable  bool        // rows that are equal so far stay in their order
	oldest  bool        // their events: oldest first, else newest first
	inverse bool        // all of it the other way round
	then    *comparison // orders what is equal so far; nil: events do

	done <-chan struct{} // ends a sort early, in no order; nil: nothing does
}

// compare orders a row of a before or behind one of b.
func (c *comparison) compare(a *rows, i int, b *rows, j int) int {
	order := c.forward(a, i, b, j)
	if c.inverse {
		return -order
	}
	return order
}

func (c *comparison) forward(a *rows, i int, b *rows, j int) int {
	for k := range c.keys {
		key := &c.keys[k]
		compare := value.Order
		if c.exact {
			compare = value.OrderExact
		}
		if order := compare(a.get(key.Column).Row(i), b.get(key.Column).Row(j)); order != 0 {
			if key.Desc {
				return -order
			}
			return order
		}
	}
	if c.then != nil {
		return c.then.forward(a, i, b, j)
	}
	if c.stable || len(a.refs) == 0 || len(b.refs) == 0 {
		return 0
	}
	return c.compareRefs(&a.refs[i], &b.refs[j])
}

// compareRefs orders by event, and rows of the same event as they were made.
func (c *comparison) compareRefs(x, y *ref) int {
	order := newer(x, y)
	if c.oldest {
		order = -order
	}
	return cmp.Or(order, cmp.Compare(x.part, y.part))
}

// newer orders events, the newest first.
func newer(x, y *ref) int {
	return cmp.Or(y.id.Compare(x.id), cmp.Compare(y.group, x.group), cmp.Compare(y.stream, x.stream))
}

// sortSteps is how many comparisons pass until a sort looks at whether it is to end.
const sortSteps = 1 << 14

// sort orders a table and keeps its first rows; most 0 keeps all. Rows that are equal stay in their order.
func (r *rows) sort(c *comparison, most int) {
	steps, ended := 0, false
	compare := func(i, j int32) int {
		if steps++; steps%sortSteps == 0 {
			select {
			case <-c.done:
				ended = true
			default:
			}
		}
		if ended {
			return 0
		}
		return cmp.Or(c.compare(r, int(i), r, int(j)), cmp.Compare(i, j))
	}
	if most == 0 || most > r.n {
		most = r.n
	}
	order, trimmed := make([]int32, 0, min(2*most, r.n)), false
	for i := range int32(r.n) {
		if len(order) == 2*most {
			slices.SortFunc(order, compare)
			order, trimmed = order[:most], true
		}
		if !trimmed || compare(i, order[most-1]) < 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, compare)
	r.pick(order[:most])
}

// settle puts a table in the order that is due, as far as its first rows are wanted; most 0 wants all.
func (r *rows) settle(most int) {
	if order := r.due; order != nil {
		r.due = nil
		r.sort(order, most)
	}
}

// reverse turns a table round.
func (r *rows) reverse() {
	order := make([]int32, r.n)
	for i := range order {
		order[i] = int32(r.n - 1 - i)
	}
	r.pick(order)
}

// pick makes a table of some of its rows, in a new order.
func (r *rows) pick(order []int32) {
	for at, col := range r.cols {
		if col == nil || col.Const || col.Len() == 0 {
			continue
		}
		picked := &value.Vector{}
		for _, row := range order {
			picked.Append(col.Row(int(row)))
		}
		r.cols[at] = picked
	}
	if len(r.refs) > 0 {
		refs := make([]ref, len(order))
		for i, row := range order {
			refs[i] = r.refs[row]
		}
		r.refs = refs
	}
	r.n = len(order)
}

// size is about the bytes that a table takes.
func (r *rows) size() int64 {
	bytes := int64(len(r.refs)) * refBytes
	for _, col := range r.cols {
		if col == nil || col.Const {
			continue
		}
		bytes += int64(col.Len()) * cellBytes
		for _, text := range col.Dict {
			bytes += int64(len(text))
		}
	}
	return bytes
}

// cut keeps the rows from one to before another.
func (r *rows) cut(from, to int) {
	if to-from == r.n {
		return
	}
	order := make([]int32, to-from)
	for i := range order {
		order[i] = int32(from + i)
	}
	r.pick(order)
}
