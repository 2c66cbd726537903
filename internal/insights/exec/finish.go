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
		if err := r.apply(ctx, t, op); err != nil {
			return err
		}
		if err := r.account(t); err != nil {
			return err
		}
	}
	t.settle(0)
	return nil
}

func (r *run) apply(ctx context.Context, t *rows, op plan.Op) error {
	if !op.Local() {
		return r.whole(ctx, t, op)
	}
	if op.Effect() == plan.Multiplies {
		t.settle(0)
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
func (r *run) whole(ctx context.Context, t *rows, op plan.Op) error {
	switch op := op.(type) {
	case *plan.Sort:
		most := op.Limit
		if op.Last {
			most = 0 // the rows that are wanted are cut off behind this
		}
		then := t.due
		t.due = nil
		t.sort(&comparison{keys: op.Keys, then: then, stable: !op.Reversed, oldest: op.Reversed, done: ctx.Done()}, most)
		return nil
	case *plan.Limit:
		if !op.Last {
			t.settle(op.Count)
			t.cut(0, min(op.Count, t.n))
			return nil
		}
	}
	t.settle(0)
	switch op := op.(type) {
	case *plan.Limit:
		t.cut(max(t.n-op.Count, 0), t.n)
	case *boundAppend:
		r.appendCols(t, op)
	case *plan.Pattern:
		return r.minePatterns(ctx, t, op)
	case *plan.Dedup:
		return r.dedup(t, op)
	case *plan.Stats:
		return r.restat(ctx, t, op)
	default:
		return r.analysis(ctx, t, op)
	}
	return nil
}

// analysis runs the operators that compute over all rows.
func (r *run) analysis(ctx context.Context, t *rows, op plan.Op) error {
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
		return r.fillMissing(ctx, t, op)
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

// print makes the rows of the result, which are counted in place of the table: a column may be shown any number of times.
func (r *run) print(t *rows) ([][]Field, error) {
	r.memory.give(r.held)
	r.held = 0
	out := make([][]Field, t.n)
	var room []byte
	for i := range out {
		var size int64
		if out[i], size, room = r.printRow(t, i, room); size > maxRowBytes {
			return nil, ErrRow
		}
		if err := r.grow(size); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// printRow makes one row, and says how many bytes it takes.
func (r *run) printRow(t *rows, row int, room []byte) (fields []Field, size int64, _ []byte) {
	fields = make([]Field, 0, len(r.plan.Output)+1)
	for _, o := range r.plan.Output {
		if o.Name == plan.Pointer && r.plan.Events {
			continue
		}
		if v := t.get(o.Column).Row(row); !v.IsNull() {
			room = v.Append(room[:0])
			if size += cellBytes + int64(len(room)); size > maxRowBytes {
				break
			}
			fields = append(fields, Field{o.Name, string(room)})
		}
	}
	if r.plan.Events && len(t.refs) > 0 && t.refs[row].group != noGroup {
		at := &t.refs[row]
		fields = append(fields, Field{plan.Pointer, r.source.Pointer(int(at.group), at.stream, at.id)})
	}
	return fields, size, room
}
