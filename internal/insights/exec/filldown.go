package exec

import (
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// fillDown puts the last value before it in the place of a null.
func (r *rows) fillDown(op *plan.FillDown) {
	for i := range op.Columns {
		from, out := r.get(op.Columns[i].From.Index), &value.Vector{}
		var last value.Value
		for row := range r.n {
			if v := from.Row(row); !v.IsNull() {
				last = v
			}
			out.Append(last)
		}
		r.set(op.Columns[i].To.Index, out)
	}
}
