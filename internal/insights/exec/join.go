package exec

import (
	"context"
	"fmt"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// ErrJoinKeys says that the right side of a join has too many keys.
var ErrJoinKeys = fmt.Errorf("the right side of join has more than %d different keys: filter more in it", plan.MaxJoinKeys)

// joinBytes is about what a row of the right side takes in the index, joinRows how many rows are given on at a time.
const (
	joinBytes = 64
	joinRows  = 1024
)

// boundJoin is a join whose right side is known.
type boundJoin struct {
	*plan.Join
	right *rows
	index map[string][]int32 // the right side's rows by their keys
}

// bindJoin executes the right side.
func (r *run) bindJoin(ctx context.Context, op *plan.Join) (plan.Op, error) {
	right, err := r.sub(ctx, op.Right)
	if err != nil {
		return nil, err
	}
	b := &boundJoin{op, right, map[string][]int32{}}
	columns := make([]*value.Vector, len(op.Keys))
	for i, at := range op.Keys {
		columns[i] = right.get(at)
	}
	var key []byte
	for i := range right.n {
		var ok bool
		if key, ok = appendJoinKey(key[:0], columns, i); ok {
			b.index[string(key)] = append(b.index[string(key)], int32(i))
		}
	}
	if len(b.index) > plan.MaxJoinKeys {
		return nil, ErrJoinKeys
	}
	return b, r.memory.take(int64(right.n) * joinBytes)
}

// appendJoinKey appends what is the same for rows of which all keys are equal; ok is false if one is equal to nothing.
func appendJoinKey(dst []byte, columns []*value.Vector, row int) (key []byte, ok bool) {
	for _, column := range columns {
		v := column.Row(row)
		if !v.IsScalar() {
			return dst, false
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0, 'n')
		number := false
		if dst, number = v.AppendNumberKey(dst); !number {
			dst = append(dst[:at+4], 't')
			dst = v.Append(dst)
		}
		n := len(dst) - at
		dst[at], dst[at+1], dst[at+2], dst[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	}
	return dst, true
}

// join puts rows together, for one goroutine.
type join struct {
	*boundJoin
	keys    []evaluator
	columns []*value.Vector
	key     []byte
	row     []int32 // and partner: rows of both sides that belong together; -1: none
	partner []int32
	out     rows
	vectors []value.Vector
}

func newJoin(op *boundJoin) *join {
	j := &join{boundJoin: op}
	for _, key := range op.Left {
		j.keys = append(j.keys, newEvaluator(key))
	}
	return j
}

func (j *join) run(r *rows, take func(*rows) error) error {
	j.columns = j.columns[:0]
	for _, key := range j.keys {
		j.columns = append(j.columns, key.eval(r))
	}
	parts := parts{refs: r.refs}
	for i := range r.n {
		var ok bool
		var partners []int32
		if j.key, ok = appendJoinKey(j.key[:0], j.columns, i); ok {
			partners = j.index[string(j.key)]
		}
		if len(partners) == 0 && j.Outer {
			partners = noPartner
		}
		for _, partner := range partners {
			j.row, j.partner = append(j.row, int32(i)), append(j.partner, partner)
			if len(j.row) == joinRows {
				if err := j.give(r, &parts, take); err != nil {
					return err
				}
			}
		}
	}
	return j.give(r, &parts, take)
}

var noPartner = []int32{-1}

// give gives on what belongs together so far.
func (j *join) give(r *rows, parts *parts, take func(*rows) error) error {
	if len(j.row) == 0 {
		return nil
	}
	j.out.n = len(j.row)
	j.out.refs = parts.gather(j.out.refs[:0], j.row)
	clear(j.out.cols)
	if need := len(r.cols) + len(j.Columns); len(j.vectors) < need {
		j.vectors = make([]value.Vector, need)
	}
	for at, col := range r.cols {
		if col != nil && (col.Const || col.Len() >= r.n) {
			j.vectors[at].Gather(col, j.row)
			j.out.set(at, &j.vectors[at])
		}
	}
	for i := range j.Columns {
		v := &j.vectors[len(r.cols)+i]
		j.partners(v, j.right.get(j.Columns[i].From))
		j.out.set(j.Columns[i].To.Index, v)
	}
	j.row, j.partner = j.row[:0], j.partner[:0]
	return take(&j.out)
}

// partners fills a vector with a column of the right side.
func (j *join) partners(v, from *value.Vector) {
	v.Reset()
	for _, row := range j.partner {
		if row < 0 {
			v.Append(value.Value{})
		} else {
			v.Append(from.Row(int(row)))
		}
	}
}

// parts numbers the rows that are made of each event, which come one behind the other.
type parts struct {
	refs []ref
	last ref
	next int32
}

// gather appends the references of the given rows.
func (p *parts) gather(dst []ref, rows []int32) []ref {
	if len(p.refs) == 0 {
		return dst
	}
	dst = slices.Grow(dst, len(rows))
	for _, row := range rows {
		at := p.refs[row]
		at.part = 0
		if at != p.last {
			p.last, p.next = at, 0
		}
		at.part = p.next
		p.next++
		dst = append(dst, at)
	}
	return dst
}
