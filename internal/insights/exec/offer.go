package exec

import (
	"context"
	"slices"
	"sync"
	"time"

	"tailrace/internal/insights/plan"
)

const (
	// offerEvery is the time between two offers, at least.
	offerEvery = time.Second
	// An offer ends at so many rows or bytes of each worker.
	offerRows  = 1000
	offerBytes = 4 << 20
)

// offers shows rows of a query that runs: those that its workers keep, as far as each of them has shown its own. Aggregates
// show nothing before their end, for half a sum is no sum.
type offers struct {
	ctx   context.Context
	run   *run
	order comparison

	mu    sync.Mutex
	due   time.Time
	shown []*rows // of each worker
}

// newOffers is nil if nothing can be shown: nobody asks, it is not the query itself, or what follows the gathering may change any row.
func (r *run) newOffers(ctx context.Context, workers int, order comparison) *offers {
	if r.o.Offer == nil || r.o.Now == nil || r.outer != nil || !r.plan.Events || slices.ContainsFunc(r.behind, func(op plan.Op) bool {
		limit, isLimit := op.(*plan.Limit)
		return !op.Local() && (!isLimit || limit.Last)
	}) {
		return nil
	}
	return &offers{ctx: ctx, run: r, order: order, due: r.o.Now().Add(offerEvery), shown: make([]*rows, workers)}
}

// look lets a worker show what it keeps, if it is time; the worker does not change it meanwhile.
func (o *offers) look(w *worker) error {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.run.o.Now().Before(o.due) {
		return nil
	}
	w.trim()
	o.shown[w.number] = w.begin()
	t := &rows{}
	for _, part := range o.shown {
		if part != nil {
			for i := range part.n {
				t.appendRow(part, i, w.columns)
			}
		}
	}
	t.sort(&o.order, offerRows)
	if err := o.run.finish(o.ctx, t); err != nil {
		return err
	}
	shown, err := o.run.print(t)
	if err == nil { // else it is the end of the query that says so
		o.run.o.Offer(shown)
	}
	o.run.memory.give(o.run.held)
	o.run.held = 0
	o.due = o.run.o.Now().Add(offerEvery)
	return nil
}

// begin copies the first rows.
func (k *keeper) begin() *rows {
	t, bytes := &rows{}, int64(0)
	for i := 0; i < min(k.n, offerRows) && bytes < offerBytes; i++ {
		bytes += t.appendRow(&k.rows, i, k.columns)
	}
	return t
}
