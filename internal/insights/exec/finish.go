package exec

import (
	"context"

	"tailrace/internal/insights/plan"
)

// finish runs the operators behind the gathering on its table.
func (r *run) finish(ctx context.Context, t *rows) error {
	for _, op := range r.behind {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.apply(t, op); err != nil {
			return err
		}
		if err := r.account(t); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) apply(t *rows, op plan.Op) error {
	if !op.Local() {
		return r.whole(t, op)
	}
	if op.Effect() == plan.Multiplies {
		return r.multiply(t, newLocal(op))
	}
	return newLocal(op).run(t, nothing)
}

// multiply runs an operator that makes several rows of one.
func (r *run) multiply(t *rows, op local) error {
	made := keeper{memory: r.memory}
	err := op.run(t, func(part *rows) error {
		made.columns = part.filled()
		return made.add(part)
	})
	if err != nil {
		return err
	}
	r.memory.give(made.held)
	*t = made.rows
	return nil
}

// whole runs an operator that looks at the whole table.
func (r *run) whole(t *rows, op plan.Op) error {
	switch op := op.(type) {
	case *plan.Sort:
		most := op.Limit
		if op.Last {
			most = 0 // the rows that are wanted are cut off behind this
		}
		t.sort(&comparison{keys: op.Keys, stable: !op.Reversed, oldest: op.Reversed}, most)
	case *plan.Limit:
		if n := min(op.Count, t.n); op.Last {
			t.cut(t.n-n, t.n)
		} else {
			t.cut(0, n)
		}
	case *boundAppend:
		r.appendCols(t, op)
	case *plan.Pattern:
		return r.minePatterns(t, op)
	case *plan.Dedup:
		return r.dedup(t, op)
	case *plan.Stats:
		return r.restat(t, op)
	default:
		return r.analysis(t, op)
	}
	return nil
}

// analysis runs the operators that compute over all rows.
func (r *run) analysis(t *rows, op plan.Op) error {
	switch op := op.(type) {
	case *plan.Totals:
		t.totals(op)
	case *plan.Accum:
		t.accum(op)
	case *plan.Autoregress:
		return r.autoregress(t, op)
	case *plan.FillDown:
		t.fillDown(op)
	case *plan.FillMissing:
		return r.fillMissing(t, op)
	case *plan.Sessionize:
		return r.sessionize(t, op)
	case *plan.Outlier:
		return r.outlier(t, op)
	case *plan.RelevantFields:
		return r.relevantFields(t, op)
	default:
		panic("operator without execution: " + op.String())
	}
	return nil
}

// print makes the rows of the result.
func (r *run) print(t *rows) [][]Field {
	out := make([][]Field, t.n)
	var room []byte
	for i := range out {
		fields := make([]Field, 0, len(r.plan.Output)+1)
		for _, o := range r.plan.Output {
			if o.Name == plan.Pointer && r.plan.Events {
				continue
			}
			if v := t.get(o.Column).Row(i); !v.IsNull() {
				room = v.Append(room[:0])
				fields = append(fields, Field{o.Name, string(room)})
			}
		}
		if r.plan.Events && len(t.refs) > 0 && t.refs[i].group != noGroup {
			at := &t.refs[i]
			fields = append(fields, Field{plan.Pointer, r.source.Pointer(int(at.group), at.stream, at.id)})
		}
		out[i] = fields
	}
	return out
}
