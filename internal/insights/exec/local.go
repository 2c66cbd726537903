package exec

import (
	"slices"
	"sync/atomic"

	"tailrace/internal/insights/plan"
)

// local is a plan's operator that looks at each row by itself, for one goroutine. It changes the rows in place and gives them
// to take, or gives it others that it makes of them, in parts that are valid during the call.
type local interface {
	run(r *rows, take func(*rows) error) error
}

func newLocal(op plan.Op) local {
	switch op := op.(type) {
	case *plan.Filter:
		return &filter{cond: newEvaluator(op.Cond)}
	case *plan.Compute:
		return &compute{at: op.Column, of: newEvaluator(op.Expr)}
	case *plan.Parse:
		return newParse(op)
	case *boundLookup:
		return newLookup(op)
	case *plan.Unnest:
		return newUnnest(op)
	case *boundJoin:
		return newJoin(op)
	}
	panic("operator without execution: " + op.String())
}

// chain joins the operators of one worker: what it returns takes in rows and gives what becomes of them to take. It counts the
// events that no filter drops.
func chain(ops []plan.Op, events *atomic.Int64, take func(*rows) error) func(*rows) error {
	whole := slices.IndexFunc(ops, func(op plan.Op) bool { return op.Effect() == plan.Multiplies })
	if whole < 0 {
		whole = len(ops)
	}
	for i := len(ops); ; i-- {
		next := take
		if i == whole {
			next = counting(events, take)
		}
		if i == 0 {
			return next
		}
		op := newLocal(ops[i-1])
		take = func(r *rows) error { return op.run(r, next) }
	}
}

func counting(events *atomic.Int64, take func(*rows) error) func(*rows) error {
	return func(r *rows) error {
		events.Add(int64(r.n))
		return take(r)
	}
}
