package exec

import (
	"context"

	"tailrace/internal/insights/pattern"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// visitEarlier lets workers count the texts of an earlier range of time.
func (r *run) visitEarlier(ctx context.Context, workers []*worker, op *plan.Diff) error {
	for _, w := range workers {
		w.miner.earlier = true
	}
	request := r.request
	earlier := *request
	earlier.Start, earlier.End = op.Start, op.End
	r.request = &earlier
	err := r.visit(ctx, workers)
	r.request = request
	return err
}

// compare adds what there is of a pattern in the earlier range.
func (m *miner) compare(t *rows, p *pattern.Pattern) {
	if op := m.op.Diff; op != nil {
		t.append(op.Before.Index, value.NewInt(p.Counts[m.slices]))
		t.append(op.Difference.Index, value.NewInt(m.difference(p)))
	}
}

func (m *miner) difference(p *pattern.Pattern) int64 { return m.count(p) - p.Counts[m.slices] }
