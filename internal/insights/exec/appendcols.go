package exec

import (
	"context"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// boundAppend is an appendcols whose query was executed.
type boundAppend struct {
	*plan.AppendCols
	right *rows
}

func (r *run) bindAppend(ctx context.Context, op *plan.AppendCols) (plan.Op, error) {
	right, err := r.sub(ctx, op.Query)
	return &boundAppend{op, right}, err
}

// appendCols adds columns, row by row.
func (r *run) appendCols(t *rows, op *boundAppend) {
	n := max(t.n, op.right.n)
	made := make([]*value.Vector, len(op.Columns))
	for i := range op.Columns {
		made[i] = op.column(t, i, n)
	}
	for at, col := range t.cols {
		if col != nil && t.n < n {
			t.cols[at] = lengthened(t, col, n)
		}
	}
	t.n, t.refs = n, nil
	for i := range op.Columns {
		t.set(op.Columns[i].To.Index, made[i])
	}
}

// column makes one of the columns for n rows.
func (b *boundAppend) column(t *rows, at, n int) *value.Vector {
	c, made := &b.Columns[at], &value.Vector{}
	from, before := b.right.get(c.From), nullColumn
	if c.Old != nil {
		before = t.get(c.Old.Index)
	}
	for row := range n {
		v, old := cell(b.right, from, row), cell(t, before, row)
		if v.IsNull() || !old.IsNull() && !c.Override {
			v = old
		}
		made.Append(v)
	}
	return made
}

// lengthened is a column of a table with nulls behind its last row.
func lengthened(t *rows, col *value.Vector, n int) *value.Vector {
	made := &value.Vector{}
	for row := range n {
		made.Append(cell(t, col, row))
	}
	return made
}

// cell is the value of a row, null behind the last one.
func cell(t *rows, column *value.Vector, row int) value.Value {
	if row >= t.n {
		return value.Value{}
	}
	return column.Row(row)
}
