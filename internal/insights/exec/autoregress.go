package exec

import (
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// autoregress copies the values of rows before.
func (r *run) autoregress(t *rows, op *plan.Autoregress) error {
	x := newEvaluator(op.X).eval(t)
	for c := range op.Columns {
		if err := r.grow(int64(t.n) * cellBytes); err != nil {
			return err
		}
		out, back := &value.Vector{}, op.From+c
		for i := range t.n {
			if i < back {
				out.Append(value.Value{})
			} else {
				out.Append(x.Row(i - back))
			}
		}
		t.set(op.Columns[c].Index, out)
	}
	return nil
}
