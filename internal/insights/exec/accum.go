package exec

import (
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// accum adds a number up from row to row.
func (r *rows) accum(op *plan.Accum) {
	x, out := newEvaluator(op.X).eval(r), &value.Vector{}
	var sum value.Value
	for i := range r.n {
		v := x.Row(i)
		if _, ok := v.Number(); ok && v.Kind() != value.Time {
			sum = plus(sum, v)
			v = sum
		} else if !op.InPlace {
			v = value.Value{}
		}
		out.Append(v)
	}
	r.set(op.Column.Index, out)
}
