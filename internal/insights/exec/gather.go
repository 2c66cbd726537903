package exec

import (
	"context"
	"errors"
	"sync/atomic"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
)

// errEnough ends a scan that has all it wants.
var errEnough = errors.New("enough rows")

// gather scans all groups and puts together what the workers keep.
func (r *run) gather(ctx context.Context) (*rows, error) {
	first := r.plan.Gathering()
	locals := r.plan.Ops[:first]
	r.behind = r.plan.Ops[first:]
	if first == len(r.plan.Ops) {
		return r.keep(ctx, locals, comparison{}, 0)
	}
	switch op := r.behind[0].(type) {
	case *plan.Stats:
		r.behind = r.behind[1:]
		return r.aggregate(ctx, locals, op)
	case *plan.Pattern:
		r.behind = r.behind[1:]
		return r.patterns(ctx, locals, op)
	case *plan.Sort:
		if op.Limit > 0 {
			return r.top(ctx, locals, op)
		}
		if len(r.behind) > 1 {
			if dedup, ok := r.behind[1].(*plan.Dedup); ok {
				r.behind = r.behind[1:]
				return r.distinct(ctx, locals, comparison{keys: op.Keys, oldest: op.Reversed}, dedup)
			}
		}
	case *plan.Dedup:
		return r.distinct(ctx, locals, comparison{}, op)
	case *plan.Limit:
		return r.limited(ctx, locals, op)
	}
	return r.keep(ctx, locals, comparison{}, 0)
}

// top gathers the rows that come first, or last, when they are sorted.
func (r *run) top(ctx context.Context, locals []plan.Op, op *plan.Sort) (*rows, error) {
	r.behind = r.behind[1:]
	t, err := r.keep(ctx, locals, comparison{keys: op.Keys, oldest: op.Reversed, inverse: op.Last}, op.Limit)
	if err == nil && op.Last {
		t.reverse()
	}
	return t, err
}

// limited gathers the first, last or any rows.
func (r *run) limited(ctx context.Context, locals []plan.Op, op *plan.Limit) (*rows, error) {
	order := r.plan.Scan.Order
	switch {
	case op.Any:
		return r.any(ctx, locals, op.Count)
	case op.Last && order == plan.OldestFirst:
		t, err := r.first(ctx, locals, comparison{inverse: true}, op.Count)
		if err == nil {
			t.sort(&comparison{}, 0)
		}
		return t, err
	case op.Last:
		return r.keep(ctx, locals, comparison{}, 0)
	case order == plan.AnyOrder:
		return r.keep(ctx, locals, comparison{}, op.Count)
	}
	return r.first(ctx, locals, comparison{oldest: order == plan.OldestFirst}, op.Count)
}

// worker runs the local operators on the batches of one goroutine.
type worker struct {
	load   *loader
	take   func(*rows) error // the local operators, and behind them what keeps their rows
	number int               // of the workers
	keeper
	aggregator *aggregator
	miner      *miner
}

// newWorker makes a worker that gives what the operators leave to take.
func (r *run) newWorker(locals []plan.Op, take func(w *worker, rows *rows) error) *worker {
	w := &worker{load: newLoader(&r.plan.Scan, r.source, r.request.Columns.Has(column.ID))}
	w.take = chain(locals, &r.matched, func(rows *rows) error { return take(w, rows) })
	return w
}

// visit lets workers take in the events of all groups, in no order.
func (r *run) visit(ctx context.Context, workers []*worker) error {
	s, err := r.source.Visit(ctx, r.requestOf, len(workers), func(at, group int, b *column.Batch) error {
		return workers[at].take(workers[at].load.load(group, b))
	})
	r.count(s)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// newKeepers makes workers that keep rows and then do something else.
func (r *run) newKeepers(n int, locals []plan.Op, order comparison, most int, then func(w *worker, rows *rows) error) []*worker {
	columns := r.plan.Needed(len(locals)).Sorted()
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = r.newWorker(locals, func(w *worker, rows *rows) error {
			if err := w.add(rows); err != nil {
				return err
			}
			return then(w, rows)
		})
		workers[i].number = i
		workers[i].keeper = keeper{columns: columns, order: order, most: most, memory: r.memory}
	}
	return workers
}

func nothing(*rows) error { return nil }

// keep gathers all rows, or the first in an order that is not the scan's.
func (r *run) keep(ctx context.Context, locals []plan.Op, order comparison, most int) (*rows, error) {
	order.done = ctx.Done()
	offers := r.newOffers(ctx, r.o.Workers, order)
	workers := r.newKeepers(r.o.Workers, locals, order, most, func(w *worker, _ *rows) error { return offers.look(w) })
	if err := r.visit(ctx, workers); err != nil {
		return nil, err
	}
	return r.together(workers, order, most)
}

// any gathers as many rows as are wanted, whichever they are.
func (r *run) any(ctx context.Context, locals []plan.Op, most int) (*rows, error) {
	offers := r.newOffers(ctx, r.o.Workers, comparison{})
	var kept atomic.Int64
	workers := r.newKeepers(r.o.Workers, locals, comparison{}, 0, func(w *worker, rows *rows) error {
		if kept.Add(int64(rows.n)) >= int64(most) {
			return errEnough
		}
		return offers.look(w)
	})
	if err := r.visit(ctx, workers); err != nil {
		return nil, err
	}
	return r.together(workers, comparison{}, most)
}

// together joins what the workers kept, in order.
func (r *run) together(workers []*worker, order comparison, most int) (*rows, error) {
	all := &workers[0].keeper
	all.most, all.trimmed = 0, false
	for _, w := range workers[1:] {
		if err := all.add(&w.keeper.rows); err != nil {
			return nil, err
		}
		w.keeper.rows = rows{}
		r.memory.give(w.held)
	}
	all.sort(&order, most)
	r.held = all.held
	return &all.rows, r.account(&all.rows)
}

// first gathers the first rows in the order of time: group after group, each as far as its events are among the first.
func (r *run) first(ctx context.Context, locals []plan.Op, order comparison, most int) (*rows, error) {
	offers := r.newOffers(ctx, 1, order)
	w := r.newKeepers(1, locals, order, most, func(w *worker, _ *rows) error { w.trim(); return offers.look(w) })[0]
	for group := range r.groups {
		s, err := r.source.Scan(ctx, group, r.requestOf(group), func(b *column.Batch) (bool, error) {
			last := ref{group: int32(group), stream: b.Stream[b.Len()-1], id: b.ID[b.Len()-1]}
			if err := w.take(w.load.load(group, b)); err != nil {
				return false, err
			}
			if w.n < most {
				return true, nil
			}
			behind := newer(&last, &w.refs[most-1]) // what follows lies behind the last event of the batch
			return behind < 0 && r.request.Reverse || behind > 0 && !r.request.Reverse, nil
		})
		s.Groups = 1
		r.count(s)
		if err != nil {
			return nil, err
		}
	}
	return r.together([]*worker{w}, order, most)
}
