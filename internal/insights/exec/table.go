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

// comparison orders rows of a table: the columns that are sorted by, then time.
type comparison struct {
	keys   []plan.SortKey
	oldest bool // rows that are equal so far: oldest first, else newest first
}

// compare orders a row of a before or behind one of b.
func (c *comparison) compare(a *rows, i int, b *rows, j int) int {
	for k := range c.keys {
		key := &c.keys[k]
		if order := value.Order(a.get(key.Column).Row(i), b.get(key.Column).Row(j)); order != 0 {
			if key.Desc {
				return -order
			}
			return order
		}
	}
	if len(a.refs) == 0 || len(b.refs) == 0 {
		return 0
	}
	return c.compareRefs(&a.refs[i], &b.refs[j])
}

func (c *comparison) compareRefs(x, y *ref) int {
	if c.oldest {
		return cmp.Or(x.id.Compare(y.id), cmp.Compare(x.group, y.group), cmp.Compare(x.stream, y.stream))
	}
	return cmp.Or(y.id.Compare(x.id), cmp.Compare(x.group, y.group), cmp.Compare(x.stream, y.stream))
}

// sort orders a table and keeps its first rows; most 0 keeps all.
func (r *rows) sort(c *comparison, most int) {
	order := make([]int32, r.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return c.compare(r, int(i), r, int(j)) })
	if most > 0 && most < len(order) {
		order = order[:most]
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

// cut keeps the rows from one to before another.
func (r *rows) cut(from, to int) {
	for at, col := range r.cols {
		if col != nil && !col.Const && col.Len() > 0 {
			r.cols[at] = &value.Vector{Kind: col.Kind[from:to], Word: col.Word[from:to], Dict: col.Dict}
		}
	}
	if len(r.refs) > 0 {
		r.refs = r.refs[from:to]
	}
	r.n = to - from
}

// keeper keeps rows of one worker: all of them, or the first in an order.
type keeper struct {
	rows
	columns []int
	order   comparison
	most    int // 0: all
	memory  *memory
	held    int64
	trimmed bool // the last row is the worst that may be kept
}

// add keeps rows, as far as they are among the first.
func (k *keeper) add(r *rows) error {
	var bytes int64
	for i := range r.n {
		if k.trimmed && k.order.compare(r, i, &k.rows, k.most-1) >= 0 {
			continue
		}
		bytes += k.appendRow(r, i, k.columns)
		if k.most > 0 && k.n >= 2*k.most {
			k.trim()
			bytes = 0
		}
	}
	k.held += bytes
	return k.memory.take(bytes)
}

// trim keeps the first rows only.
func (k *keeper) trim() {
	if k.most == 0 || k.n <= k.most {
		return
	}
	k.sort(&k.order, k.most)
	k.trimmed = true
}
