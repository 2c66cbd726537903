package exec

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
)

// errEnough ends a scan that has all it wants.
var errEnough = errors.New("enough rows")

// gather scans all groups and puts together what the workers keep.
func (r *run) gather(ctx context.Context) (*rows, error) {
	first := slices.IndexFunc(r.plan.Ops, func(op plan.Op) bool { return !op.Local() })
	if first < 0 {
		first = len(r.plan.Ops)
	}
	locals := r.plan.Ops[:first]
	r.behind = r.plan.Ops[first:]
	if first < len(r.plan.Ops) {
		switch op := r.plan.Ops[first].(type) {
		case *plan.Stats:
			r.behind = r.plan.Ops[first+1:]
			return r.aggregate(ctx, locals, op)
		case *plan.Sort:
			if op.Limit > 0 {
				r.behind = r.plan.Ops[first+1:]
				return r.keep(ctx, locals, comparison{keys: op.Keys}, op.Limit)
			}
		}
	}
	scan := &r.plan.Scan
	order := comparison{oldest: scan.Order == plan.OldestFirst}
	if scan.Limit > 0 && scan.Order != plan.AnyOrder {
		return r.first(ctx, locals, order, scan.Limit)
	}
	return r.keep(ctx, locals, order, 0)
}

// worker runs the local operators on the batches of one goroutine.
type worker struct {
	load   *loader
	locals []local
	number int // of the workers
	keeper
	aggregator *aggregator
}

func (r *run) newWorker(locals []plan.Op, withID bool) *worker {
	return &worker{load: newLoader(&r.plan.Scan, r.source.Groups(), withID), locals: newLocals(locals)}
}

// rows loads a batch and runs the local operators on it.
func (w *worker) rows(group int, b *column.Batch) (*rows, error) {
	rows := w.load.load(group, b)
	for _, op := range w.locals {
		if rows.n == 0 {
			break
		}
		if err := op.run(rows); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// visit lets workers take in the events of all groups, in no order.
func (r *run) visit(ctx context.Context, workers []*worker, take func(w *worker, rows *rows) error) error {
	for group := range r.source.Groups() {
		var matched atomic.Int64
		s, err := r.source.Visit(ctx, group, r.requestOf(group, &matched), len(workers), func(at int, b *column.Batch) error {
			w := workers[at]
			rows, err := w.rows(group, b)
			if err != nil || rows.n == 0 {
				return err
			}
			matched.Add(int64(rows.n))
			return take(w, rows)
		})
		s.Matched = matched.Load()
		s.Groups = 1
		r.count(s)
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// newKeepers makes workers that keep rows.
func (r *run) newKeepers(n int, locals []plan.Op, order comparison, most int) []*worker {
	columns := r.kept()
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = r.newWorker(locals, r.plan.Events)
		workers[i].number = i
		workers[i].keeper = keeper{columns: columns, order: order, most: most, memory: r.memory}
	}
	return workers
}

// kept are the columns that are needed behind the scan's local operators.
func (r *run) kept() []int {
	used := plan.Columns{}
	r.plan.UsedBy(r.behind, used)
	for _, key := range r.sortKeys() {
		used[key.Column] = true
	}
	return used.Sorted()
}

func (r *run) sortKeys() []plan.SortKey {
	at := len(r.plan.Ops) - len(r.behind) - 1
	if at < 0 {
		return nil
	}
	if sort, ok := r.plan.Ops[at].(*plan.Sort); ok {
		return sort.Keys
	}
	return nil
}

// keep gathers all rows, or the first in an order that is not the scan's.
func (r *run) keep(ctx context.Context, locals []plan.Op, order comparison, most int) (*rows, error) {
	any := 0
	if most == 0 && r.plan.Scan.Order == plan.AnyOrder {
		any = r.plan.Scan.Limit
	}
	workers := r.newKeepers(r.o.Workers, locals, order, most)
	offers := r.newOffers(ctx, len(workers), order)
	var kept atomic.Int64
	err := r.visit(ctx, workers, func(w *worker, rows *rows) error {
		if err := w.add(rows); err != nil {
			return err
		}
		if any > 0 && kept.Add(int64(rows.n)) >= int64(any) {
			return errEnough
		}
		return offers.look(w)
	})
	if err != nil {
		return nil, err
	}
	return r.together(workers, order, most), nil
}

// together joins what the workers kept, in order.
func (r *run) together(workers []*worker, order comparison, most int) *rows {
	all := &workers[0].keeper
	for _, w := range workers[1:] {
		for i := range w.n {
			all.appendRow(&w.keeper.rows, i, all.columns)
		}
		w.keeper.rows = rows{}
	}
	all.sort(&order, most)
	return &all.rows
}

// first gathers the first rows in the order of time: group after group, each as far as its events are among the first.
func (r *run) first(ctx context.Context, locals []plan.Op, order comparison, most int) (*rows, error) {
	w := r.newKeepers(1, locals, order, most)[0]
	offers := r.newOffers(ctx, 1, order)
	for group := range r.source.Groups() {
		var matched atomic.Int64
		s, err := r.source.Scan(ctx, group, r.requestOf(group, &matched), func(b *column.Batch) (bool, error) {
			last := ref{group: int32(group), stream: b.Stream[b.Len()-1], id: b.ID[b.Len()-1]}
			rows, err := w.rows(group, b)
			if err != nil {
				return false, err
			}
			matched.Add(int64(rows.n))
			if err := w.add(rows); err != nil {
				return false, err
			}
			w.full()
			if err := offers.look(w); err != nil {
				return false, err
			}
			return !w.trimmed || order.compareRefs(&last, &w.refs[most-1]) < 0, nil
		})
		s.Matched = matched.Load()
		s.Groups = 1
		r.count(s)
		if err != nil {
			return nil, err
		}
	}
	return r.together([]*worker{w}, order, most), nil
}

// full trims as soon as there are enough rows, so that the scan can stop.
func (k *keeper) full() {
	if k.n >= k.most && (k.n > k.most || !k.trimmed) {
		k.sort(&k.order, k.most)
		k.trimmed = true
	}
}
