package exec

import (
	"math"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// share counts the rows that have a value, where the condition holds and elsewhere.
type share struct {
	value           value.Value
	inside, outside int
}

// relevantFields compares the distributions of fields.
func (r *run) relevantFields(t *rows, op *plan.RelevantFields) error {
	where := newEvaluator(op.Where).eval(t)
	in := make([]bool, t.n)
	inside := 0
	for _, row := range where.Select(nil, t.n) {
		in[row] = true
		inside++
	}
	made := &rows{n: len(op.Fields), cols: make([]*value.Vector, plan.RelevantWidth)}
	for at := range made.cols {
		made.cols[at] = &value.Vector{}
	}
	for _, field := range op.Fields {
		shares, err := r.shares(t, field.Index, in)
		if err != nil {
			return err
		}
		row := [plan.RelevantWidth]value.Value{plan.RelevantName: value.NewString(field.Name)}
		if inside > 0 && inside < t.n {
			compareShares(&row, shares, float64(inside), float64(t.n-inside))
		}
		for at := range made.cols {
			made.cols[at].Append(row[at])
		}
	}
	made.sort(&comparison{keys: []plan.SortKey{{Column: plan.RelevantScore, Desc: true}}, stable: true}, 0)
	*t = *made
	return nil
}

// shares counts the values of a column, in natural order.
func (r *run) shares(t *rows, column int, in []bool) ([]*share, error) {
	index := map[string]*share{}
	var all []*share
	var key []byte
	for row := range t.n {
		v := t.get(column).Row(row)
		key = appendKey(key[:0], v)
		s := index[string(key)]
		if s == nil {
			if err := r.grow(2*cellBytes + int64(len(key))); err != nil {
				return nil, err
			}
			s = &share{value: v}
			index[string(key)] = s
			all = append(all, s)
		}
		if in[row] {
			s.inside++
		} else {
			s.outside++
		}
	}
	slices.SortFunc(all, func(a, b *share) int { return value.OrderExact(a.value, b.value) })
	return all, nil
}

// compareShares fills a row with half the sum of the differences, and the value that is more frequent inside by most.
func compareShares(row *[plan.RelevantWidth]value.Value, shares []*share, inside, outside float64) {
	sum, most := 0.0, math.Inf(-1)
	for _, s := range shares {
		x, y := float64(s.inside)/inside, float64(s.outside)/outside
		sum += math.Abs(x - y)
		if x-y > most {
			most = x - y
			row[plan.RelevantValue] = s.value
			row[plan.RelevantInside], row[plan.RelevantOutside] = value.NewComputed(x), value.NewComputed(y)
		}
	}
	row[plan.RelevantScore] = value.NewComputed(sum / 2)
}
