package exec

import "tailrace/internal/insights/plan"

// local is a plan's operator that looks at each row by itself, for one goroutine. It changes the rows in place.
type local interface {
	run(r *rows) error
}

// newLocals makes the operators of one worker.
func newLocals(ops []plan.Op) []local {
	out := make([]local, len(ops))
	for i, op := range ops {
		out[i] = newLocal(op)
	}
	return out
}

func newLocal(op plan.Op) local {
	switch op := op.(type) {
	case *plan.Filter:
		return &filter{cond: newEvaluator(op.Cond)}
	case *plan.Compute:
		return &compute{at: op.Column, of: newEvaluator(op.Expr)}
	case *plan.Parse:
		return newParse(op)
	}
	panic("operator without execution: " + op.String())
}
