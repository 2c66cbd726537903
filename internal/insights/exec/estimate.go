package exec

import (
	"context"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// estimates tells whether a plan is to be estimated, not executed.
func estimates(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Ops, func(op plan.Op) bool { _, ok := op.(*plan.Estimate); return ok })
}

// estimate adds up what a plan and the queries inside of it would read.
func (r *run) estimate(ctx context.Context) (*rows, error) {
	bytes := int64(0)
	for plans := []*plan.Plan{r.plan}; len(plans) > 0; plans = append(plans[1:], plans[0].Inner()...) {
		p, source := plans[0], r.source
		if p.Groups != nil && p.Groups != r.plan.Groups {
			var err error
			if source, err = r.o.Open(p); err != nil {
				return nil, err
			}
		}
		for group := range source.Groups() {
			more, err := source.Estimate(ctx, group, newRequest(p))
			if err != nil {
				return nil, err
			}
			bytes += more
		}
	}
	return &rows{n: 1, cols: []*value.Vector{value.Constant(value.NewInt(bytes))}}, nil
}
