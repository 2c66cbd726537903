package exec

import (
	"math"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// outlier moves numbers far outside of the quartiles to the bound, or removes their rows.
func (r *run) outlier(t *rows, op *plan.Outlier) error {
	far := make([]bool, t.n)
	for i := range op.Fields {
		field := &op.Fields[i]
		from := t.get(field.From.Index)
		low, high, err := r.fences(t, from, op)
		if err != nil {
			return err
		}
		moved, mark := &value.Vector{}, &value.Vector{}
		for row := range t.n {
			v := from.Row(row)
			bound, is := beyond(v, low, high)
			far[row] = far[row] || is
			if is {
				v = bound
			}
			moved.Append(v)
			mark.Append(value.NewBool(is))
		}
		if !op.Remove {
			t.set(field.To.Index, moved)
		}
		if field.Mark.Index >= 0 {
			t.set(field.Mark.Index, mark)
		}
	}
	if op.Remove {
		var near []int32
		for row, is := range far {
			if !is {
				near = append(near, int32(row))
			}
		}
		t.keep(near)
	}
	return nil
}

// beyond tells whether a number lies outside of two bounds, and which one it passes.
func beyond(v value.Value, low, high float64) (bound value.Value, is bool) {
	n, ok := v.Number()
	switch {
	case !ok || v.Kind() == value.Time:
	case n.Float() > high:
		return value.NewComputed(high), true
	case n.Float() < low:
		return value.NewComputed(low), true
	}
	return value.Value{}, false
}

// fences are the bounds of a column: quartiles are interpolated.
func (r *run) fences(t *rows, column *value.Vector, op *plan.Outlier) (low, high float64, err error) {
	var numbers []float64
	for row := range t.n {
		v := column.Row(row)
		if n, ok := v.Number(); ok && v.Kind() != value.Time {
			numbers = append(numbers, n.Float())
		}
	}
	if err := r.grow(int64(len(numbers)) * 8); err != nil {
		return 0, 0, err
	}
	low, high = math.Inf(-1), math.Inf(1)
	if len(numbers) == 0 {
		return low, high, nil
	}
	slices.Sort(numbers)
	first, third := quantile(numbers, 0.25), quantile(numbers, 0.75)
	high = third + op.Param*(third-first)
	if op.Lower {
		low = first - op.Param*(third-first)
	}
	return low, high, nil
}

// quantile interpolates between the two nearest of some sorted numbers.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}
