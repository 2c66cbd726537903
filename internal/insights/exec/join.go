package exec

import (
	"context"
	"fmt"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// ErrJoinKeys says that the right side of a join has too many keys.
var ErrJoinKeys = fmt.Errorf("the right side of join has more than %d different keys: filter more in it", plan.MaxJoinKeys)

// joinBytes is about what a row of the right side takes in the index.
const joinBytes = 64

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
	values  []*value.Vector // of the keys
	key     []byte
	partner []int32 // of each row of the part; -1: none
	added   []value.Vector
	parts
}

func newJoin(op *boundJoin) *join {
	j := &join{boundJoin: op, added: make([]value.Vector, len(op.Columns))}
	for _, key := range op.Left {
		j.keys = append(j.keys, newEvaluator(key))
	}
	j.fill = func(made *rows) {
		for i := range op.Columns {
			j.partners(&j.added[i], op.right.get(op.Columns[i].From))
			made.set(op.Columns[i].To.Index, &j.added[i])
		}
	}
	return j
}

func (j *join) run(r *rows, take func(*rows) error) error {
	j.values = j.values[:0]
	for _, key := range j.keys {
		j.values = append(j.values, key.eval(r))
	}
	j.begin(r, take)
	j.partner = j.partner[:0]
	for i := range r.n {
		var ok bool
		var partners []int32
		if j.key, ok = appendJoinKey(j.key[:0], j.values, i); ok {
			partners = j.index[string(j.key)]
		}
		if len(partners) == 0 && j.Outer {
			partners = noPartner
		}
		for _, partner := range partners {
			if len(j.from) == partRows {
				if err := j.flush(); err != nil {
					return err
				}
				j.partner = j.partner[:0]
			}
			j.add(i)
			j.partner = append(j.partner, partner)
		}
	}
	return j.flush()
}

var noPartner = []int32{-1}

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
