package exec

import (
	"context"

	"tailrace/internal/insights/plan"
)

// distinct gathers, of the rows of each worker, the first one of each combination of values in an order, and of these as many as a limit
// behind the operator wants: what comes first among all rows comes first among those of its worker. The operator itself follows.
func (r *run) distinct(ctx context.Context, locals []plan.Op, order comparison, op *plan.Dedup) (*rows, error) {
	most := 0
	if len(r.behind) > 1 {
		if limit, ok := r.behind[1].(*plan.Limit); ok && !limit.Last {
			most = limit.Count
		}
	}
	order.done = ctx.Done()
	workers := r.newKeepers(r.o.Workers, locals, order, most, func(*worker, *rows) error { return nil })
	for _, w := range workers {
		w.firsts = &firsts{op: op, at: map[string]int{}}
	}
	if err := r.visit(ctx, workers); err != nil {
		return nil, err
	}
	for _, w := range workers {
		w.firsts = nil
	}
	return r.together(workers, order, 0)
}

// firsts are the places of the first rows, so far, of the combinations of values that a keeper has.
type firsts struct {
	op   *plan.Dedup
	at   map[string]int
	live int // rows when the keeper was tidied last
	key  []byte
}

// place notes that a row is to be kept as the nth one, and tells how many bytes that takes; ok is false if the row comes behind one of
// the same values that is kept.
func (f *firsts) place(k *keeper, r *rows, row, nth int) (bytes int64, ok bool) {
	var whole bool
	if f.key, whole = appendDedupKey(f.key[:0], r, row, f.op); !whole {
		return 0, true
	}
	before, known := f.at[string(f.key)]
	if known && k.order.compare(r, row, &k.rows, before) >= 0 {
		return 0, false
	}
	f.at[string(f.key)] = nth
	if known {
		return 0, true
	}
	return int64(len(f.key)) + cellBytes, true
}

// spare is how many rows more than after the last time may be there before it is worth while to tidy.
const spare = 1024

// full tells whether about half of the rows are behind others of the same values.
func (f *firsts) full(n int) bool { return n >= 2*f.live+spare }

// tidy drops the rows of a sorted table that are behind others of the same values, and says how many bytes the places of the others take.
func (f *firsts) tidy(r *rows, most int) (bytes int64) {
	clear(f.at)
	var chosen []int32
	for row := 0; row < r.n && (most == 0 || len(chosen) < most); row++ {
		var whole bool
		if f.key, whole = appendDedupKey(f.key[:0], r, row, f.op); whole {
			if _, known := f.at[string(f.key)]; known {
				continue
			}
			f.at[string(f.key)] = len(chosen)
			bytes += int64(len(f.key)) + cellBytes
		}
		chosen = append(chosen, int32(row))
	}
	r.pick(chosen)
	f.live = r.n
	return bytes
}

// appendDedupKey appends what tells the combination of values of a row from others; ok is false if one of them is null: that is equal to
// nothing.
func appendDedupKey(dst []byte, r *rows, row int, op *plan.Dedup) (key []byte, ok bool) {
	for _, column := range op.Columns {
		v := r.get(column.Index).Row(row)
		if v.IsNull() {
			return dst, false
		}
		dst = appendKey(dst, v)
	}
	return dst, true
}

// dedup keeps the first row of each combination of values.
func (r *run) dedup(t *rows, op *plan.Dedup) error {
	f := &firsts{op: op, at: map[string]int{}}
	return r.grow(f.tidy(t, 0))
}
