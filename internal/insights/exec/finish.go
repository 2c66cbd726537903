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
		if op.Local() {
			if err := newLocal(op).run(t); err != nil {
				return err
			}
			continue
		}
		if err := r.whole(t, op); err != nil {
			return err
		}
	}
	return nil
}

// whole runs an operator that looks at the whole table.
func (r *run) whole(t *rows, op plan.Op) error {
	switch op := op.(type) {
	case *plan.Sort:
		t.sort(&comparison{keys: op.Keys}, op.Limit)
	case *plan.Limit:
		if n := min(op.Count, t.n); op.Last {
			t.cut(t.n-n, t.n)
		} else {
			t.cut(0, n)
		}
	case *plan.Dedup:
		return r.dedup(t, op)
	case *plan.Stats:
		return r.restat(t, op)
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
			if v := t.get(o.Column).Row(i); !v.IsNull() {
				room = v.Append(room[:0])
				fields = append(fields, Field{o.Name, string(room)})
			}
		}
		if r.plan.Events && len(t.refs) > 0 {
			at := &t.refs[i]
			fields = append(fields, Field{plan.Pointer, r.source.Pointer(int(at.group), at.stream, at.id)})
		}
		out[i] = fields
	}
	return out
}
