package exec

import (
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// total adds the numbers of a row up.
type total struct {
	columns []columnOf
	out     value.Vector
}

func newTotal(e *plan.Total) evaluator {
	t := &total{}
	for _, column := range e.Columns {
		t.columns = append(t.columns, columnOf(column.Index))
	}
	return t
}

func (t *total) eval(r *rows) *value.Vector {
	t.out.Reset()
	for i := range r.n {
		var sum value.Value
		for _, column := range t.columns {
			sum = plus(sum, column.eval(r).Row(i))
		}
		t.out.Append(sum)
	}
	return &t.out
}

// plus adds a value to a sum, which is null as long as there was no number. Times are none.
func plus(sum, v value.Value) value.Value {
	n, ok := v.Number()
	switch {
	case !ok || v.Kind() == value.Time:
		return sum
	case sum.IsNull():
		return n.Value()
	}
	return value.Add.Apply(sum, v)
}

// totals adds the row of sums.
func (r *rows) totals(op *plan.Totals) {
	sums := map[int]value.Value{}
	for _, column := range op.Columns {
		var sum value.Value
		for i := range r.n {
			sum = plus(sum, r.get(column.Index).Row(i))
		}
		sums[column.Index] = sum
	}
	r.extend(sums)
}

// noGroup is that of rows that stand for no event.
const noGroup = -1

// extend adds a row that stands for no event, with values for some columns.
func (r *rows) extend(values map[int]value.Value) {
	for at, col := range r.cols {
		if col == nil {
			continue
		}
		if col.Const || col.Len() < r.n {
			spread := &value.Vector{}
			for i := range r.n {
				spread.Append(r.get(at).Row(i))
			}
			r.cols[at] = spread
		}
		r.cols[at].Append(values[at])
	}
	if len(r.refs) > 0 {
		r.refs = append(r.refs, ref{group: noGroup})
	}
	r.n++
}
