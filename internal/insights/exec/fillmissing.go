package exec

import (
	"context"
	"fmt"
	"math"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

// errFill says that there are too many periods between the first and the last.
var errFill = fmt.Errorf("fillmissing would add more than %d rows: take longer periods, or ask for less time", syntax.MaxLimit)

// series are the rows with the same keys but for the period.
type series struct {
	row  int // the first of them
	bins map[int64]bool
}

// fillMissing adds a row for each period that a series does not have.
func (r *run) fillMissing(ctx context.Context, t *rows, op *plan.FillMissing) error {
	bin := op.Keys[op.Bin].Index
	all, least, most, err := r.series(t, op)
	if err != nil {
		return err
	}
	added := 0
	for _, s := range all {
		for at, ok := least, true; ok && at <= most; at, ok = op.Period.Next(at) {
			if s.bins[at] {
				continue
			}
			if added++; added > syntax.MaxLimit {
				return errFill
			}
			if err := r.grow(int64(len(t.cols)) * cellBytes); err != nil {
				return err
			}
			row := map[int]value.Value{}
			for i := range op.Keys {
				row[op.Keys[i].Index] = t.get(op.Keys[i].Index).Row(s.row)
			}
			for i := range op.Fills {
				row[op.Fills[i].Column.Index] = op.Fills[i].Value
			}
			row[bin] = value.NewTime(at)
			t.extend(row)
		}
	}
	columns := make([]int, len(op.Keys))
	for i := range columns {
		columns[i] = op.Keys[i].Index
	}
	t.sort(t.keyOrder(ctx, columns), 0)
	return nil
}

// series finds the series, in the order of their first rows, and the first and last period of all.
func (r *run) series(t *rows, op *plan.FillMissing) (all []*series, least, most int64, err error) {
	index := map[string]*series{}
	least, most = math.MaxInt64, math.MinInt64
	var key []byte
	for row := range t.n {
		at := t.get(op.Keys[op.Bin].Index).Row(row)
		if at.Kind() != value.Time {
			continue
		}
		key = key[:0]
		for i := range op.Keys {
			if i != op.Bin {
				key = appendKey(key, t.get(op.Keys[i].Index).Row(row))
			}
		}
		s := index[string(key)]
		if s == nil {
			s = &series{row, map[int64]bool{}}
			index[string(key)] = s
			all = append(all, s)
		}
		s.bins[at.Int()] = true
		least, most = min(least, at.Int()), max(most, at.Int())
		if err := r.grow(cellBytes + int64(len(key))); err != nil {
			return nil, 0, 0, err
		}
	}
	return all, least, most, nil
}

// keyOrder is the order of the rows of a stats: by their keys, times newest first, everything else in natural order.
func (r *rows) keyOrder(ctx context.Context, keys []int) *comparison {
	order := &comparison{stable: true, exact: true, done: ctx.Done()}
	for _, key := range keys {
		times := true
		for i := range r.n {
			times = times && r.get(key).Row(i).Kind() == value.Time
		}
		order.keys = append(order.keys, plan.SortKey{Column: key, Desc: times})
	}
	return order
}
