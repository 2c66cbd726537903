package exec

import (
	"context"
	"errors"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// ErrTable says that a lookup table is not what it was when the query was started.
var ErrTable = errors.New("a lookup table of the query has other columns now: start the query again")

// boundLookup is a lookup whose table is there.
type boundLookup struct {
	*plan.Lookup
	rows   [][][]byte
	finder plan.Finder
}

// bindLookup finds the table, once for the query and all inside of it.
func (r *run) bindLookup(ctx context.Context, op *plan.Lookup) (plan.Op, error) {
	table := r.tables[op.Table]
	if table == nil {
		var err error
		if table, err = r.o.Table(ctx, op.Table); err != nil {
			return nil, err
		}
		if err := r.memory.take(table.Size()); err != nil {
			return nil, err
		}
		r.tables[op.Table] = table
	}
	if !slices.Equal(table.Columns, op.Header) {
		return nil, ErrTable
	}
	if err := r.memory.take(op.IndexBytes(table)); err != nil {
		return nil, err
	}
	return &boundLookup{op, table.Rows, op.Finder(table)}, nil
}

// lookup takes columns from the row of a table that belongs to a row.
type lookup struct {
	op     *boundLookup
	keys   []evaluator
	old    []evaluator // of each column of the output; nil: nothing stays
	out    []value.Vector
	cols   []*value.Vector // of the keys
	values []value.Value
	room   []byte
}

func newLookup(op *boundLookup) local {
	l := &lookup{op: op, old: make([]evaluator, len(op.Output)), out: make([]value.Vector, len(op.Output)), room: make([]byte, 0, 256)}
	for _, key := range op.Keys {
		l.keys = append(l.keys, newEvaluator(key))
	}
	for i := range op.Output {
		if op.Output[i].Old != nil {
			l.old[i] = newEvaluator(op.Output[i].Old)
		}
	}
	l.values = make([]value.Value, len(op.Keys))
	return l
}

func (l *lookup) run(r *rows, take func(*rows) error) error {
	l.cols = l.cols[:0]
	for _, key := range l.keys {
		l.cols = append(l.cols, key.eval(r))
	}
	for c := range l.out {
		l.out[c].Reset()
	}
	for i := range r.n {
		for k, col := range l.cols {
			l.values[k] = col.Row(i)
		}
		row, found := l.op.finder.Find(l.values, l.room)
		for c := range l.out {
			var v value.Value
			if l.old[c] != nil {
				v = l.old[c].eval(r).Row(i)
			}
			if found && v.IsNull() {
				v = value.NewText(l.op.rows[row][l.op.Output[c].From])
			}
			l.out[c].Append(v)
		}
	}
	for c := range l.out {
		r.set(l.op.Output[c].To.Index, &l.out[c])
	}
	return take(r)
}
