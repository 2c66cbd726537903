package exec

import (
	"context"
	"errors"
	"fmt"

	"tailrace/internal/insights/plan"
)

var (
	// ErrSubqueryTime says that a query in a condition took too long.
	ErrSubqueryTime = errors.New("the query in parentheses takes too long: filter more in it, or ask for less time")
	// ErrSubqueryValues says that a query in a condition gives too many values.
	ErrSubqueryValues = fmt.Errorf("the query in parentheses gives more than %d different values", plan.MaxSubqueryValues)
)

// inner executes the queries inside of the plan and puts what they give in their places.
func (r *run) inner(ctx context.Context) error {
	bound := *r.plan
	bound.Ops = append([]plan.Op(nil), r.plan.Ops...)
	for i, op := range bound.Ops {
		var err error
		switch op := op.(type) {
		case *plan.Filter:
			bound.Ops[i], err = r.bindFilter(ctx, op)
		case *plan.Join:
			bound.Ops[i], err = r.bindJoin(ctx, op)
		case *plan.AppendCols:
			bound.Ops[i], err = r.bindAppend(ctx, op)
		case *plan.Lookup:
			bound.Ops[i], err = r.bindLookup(ctx, op)
		}
		if err != nil {
			return err
		}
	}
	r.plan = &bound
	return nil
}

// bindFilter puts lists of values in the place of the queries of a condition.
func (r *run) bindFilter(ctx context.Context, op *plan.Filter) (bound plan.Op, err error) {
	cond := plan.BindSubqueries(op.Cond, func(in *plan.In) (list []plan.Expr) {
		if err == nil {
			list, err = r.values(ctx, in.Query)
		}
		return list
	})
	return &plan.Filter{Cond: cond}, err
}

// values executes the query of a condition.
func (r *run) values(ctx context.Context, p *plan.Plan) ([]plan.Expr, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.o.SubqueryTime, ErrSubqueryTime)
	defer cancel()
	t, err := r.sub(ctx, p)
	if err != nil {
		if errors.Is(context.Cause(ctx), ErrSubqueryTime) {
			return nil, ErrSubqueryTime
		}
		return nil, err
	}
	if t.n > plan.MaxSubqueryValues {
		return nil, ErrSubqueryValues
	}
	column := t.get(p.Output[0].Column)
	list := make([]plan.Expr, 0, t.n)
	for i := range t.n {
		list = append(list, &plan.Const{Value: column.Row(i)})
	}
	return list, nil
}

// sub executes a plan inside of this one and returns its table.
func (r *run) sub(ctx context.Context, p *plan.Plan) (*rows, error) {
	source := r.source
	if p.Groups != nil && p.Groups != r.plan.Groups {
		var err error
		if source, err = r.o.Open(p); err != nil {
			return nil, err
		}
	}
	inner := &run{plan: p, source: source, o: r.o, memory: r.memory, tables: r.tables, outer: r}
	return inner.table(ctx)
}
