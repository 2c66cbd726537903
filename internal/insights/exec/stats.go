package exec

import (
	"context"

	"tailrace/internal/insights/function"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// aggregate lets each worker aggregate what it reads, and puts the groups together.
func (r *run) aggregate(ctx context.Context, locals []plan.Op, op *plan.Stats) (*rows, error) {
	workers := make([]*worker, r.o.Workers)
	for i := range workers {
		workers[i] = r.newWorker(locals, func(w *worker, rows *rows) error { return w.aggregator.add(rows) })
		workers[i].aggregator = newAggregator(op, r.memory)
	}
	if err := r.visit(ctx, workers); err != nil {
		return nil, err
	}
	all := workers[0].aggregator
	for _, w := range workers[1:] {
		if err := all.merge(w.aggregator); err != nil {
			return nil, err
		}
	}
	t, err := all.table(ctx)
	if err != nil {
		return nil, err
	}
	r.memory.give(all.held)
	return t, r.account(t)
}

// restat aggregates a table.
func (r *run) restat(ctx context.Context, t *rows, op *plan.Stats) error {
	a := newAggregator(op, r.memory)
	if err := a.add(t); err != nil {
		return err
	}
	made, err := a.table(ctx)
	if err != nil {
		return err
	}
	r.memory.give(a.held)
	*t = *made
	return nil
}

// aggregator groups rows by their keys and aggregates each group.
type aggregator struct {
	op     *plan.Stats
	keys   []evaluator
	args   [][]evaluator
	aggs   []function.Aggregate
	values []interner          // of each key
	pairs  []map[uint64]uint32 // of the codes so far and the code of the next key, from the second key on
	codes  [][]uint32          // of each group, by key
	groups []uint32            // of the rows being added
	cols   []*value.Vector
	memory *memory
	held   int64
}

func newAggregator(op *plan.Stats, m *memory) *aggregator {
	a := &aggregator{op: op, memory: m, values: make([]interner, len(op.By))}
	for i := range op.By {
		a.keys = append(a.keys, newEvaluator(op.By[i].Expr))
		a.values[i].index = map[string]uint32{}
		if i > 0 {
			a.pairs = append(a.pairs, map[uint64]uint32{})
		}
	}
	for i := range op.Aggs {
		a.aggs = append(a.aggs, op.Aggs[i].Func.New())
		var args []evaluator
		for _, arg := range op.Aggs[i].Args {
			if arg == nil {
				args = append(args, nil)
			} else {
				args = append(args, newEvaluator(arg))
			}
		}
		a.args = append(a.args, args)
	}
	return a
}

// add aggregates rows.
func (a *aggregator) add(r *rows) error {
	if r.n == 0 {
		return nil
	}
	a.group(r)
	for i, agg := range a.aggs {
		a.cols = a.cols[:0]
		for _, arg := range a.args[i] {
			if arg == nil {
				a.cols = append(a.cols, nil)
			} else {
				a.cols = append(a.cols, arg.eval(r))
			}
		}
		agg.Grow(len(a.codes))
		agg.Add(a.groups, a.cols, r.n)
	}
	return a.account()
}

// group numbers the groups of rows.
func (a *aggregator) group(r *rows) {
	if cap(a.groups) < r.n {
		a.groups = make([]uint32, r.n)
	}
	a.groups = a.groups[:r.n]
	if len(a.keys) == 0 {
		clear(a.groups)
		if r.n > 0 && len(a.codes) == 0 {
			a.codes = append(a.codes, nil)
		}
		return
	}
	a.values[0].encode(a.groups, a.keys[0].eval(r), r.n)
	if len(a.keys) == 1 {
		for code := len(a.codes); code < len(a.values[0].values); code++ {
			a.codes = append(a.codes, []uint32{uint32(code)})
		}
		return
	}
	columns := make([][]uint32, len(a.keys))
	columns[0] = append([]uint32(nil), a.groups...)
	for k := 1; k < len(a.keys); k++ {
		columns[k] = make([]uint32, r.n)
		a.values[k].encode(columns[k], a.keys[k].eval(r), r.n)
		last := k == len(a.keys)-1
		for i, code := range columns[k] {
			a.groups[i] = a.pair(k-1, a.groups[i], code, last, func(k int) uint32 { return columns[k][i] })
		}
	}
}

// pair numbers the combination of the codes so far with the next one; the last combination is a group.
func (a *aggregator) pair(level int, code, next uint32, last bool, at func(key int) uint32) uint32 {
	key := uint64(code)<<32 | uint64(next)
	if number, ok := a.pairs[level][key]; ok {
		return number
	}
	number := uint32(len(a.pairs[level]))
	a.pairs[level][key] = number
	if last {
		codes := make([]uint32, len(a.keys))
		for k := range codes {
			codes[k] = at(k)
		}
		a.codes = append(a.codes, codes)
	}
	return number
}

// groupBytes is about what a group takes beside its aggregates.
const groupBytes = 64

// account counts what is held.
func (a *aggregator) account() error {
	held := int64(len(a.codes)) * groupBytes * int64(len(a.keys)+1)
	for i := range a.values {
		held += a.values[i].bytes
	}
	for _, agg := range a.aggs {
		held += int64(agg.Size())
	}
	before := a.held
	a.held = held
	return a.memory.take(held - before)
}

// merge takes in the groups of another aggregator, which is of no use then.
func (a *aggregator) merge(b *aggregator) error {
	to := make([]uint32, len(b.codes))
	for g, codes := range b.codes {
		if len(a.keys) == 0 {
			if len(a.codes) == 0 {
				a.codes = append(a.codes, nil)
			}
			continue
		}
		mapped := make([]uint32, len(codes))
		for k, code := range codes {
			mapped[k] = a.values[k].code(b.values[k].values[code])
		}
		number := mapped[0]
		if len(codes) == 1 {
			for code := len(a.codes); code < len(a.values[0].values); code++ {
				a.codes = append(a.codes, []uint32{uint32(code)})
			}
		}
		for k := 1; k < len(codes); k++ {
			number = a.pair(k-1, number, mapped[k], k == len(codes)-1, func(k int) uint32 { return mapped[k] })
		}
		to[g] = number
	}
	for i, agg := range a.aggs {
		agg.Grow(len(a.codes))
		agg.Merge(b.aggs[i], to)
	}
	b.memory.give(b.held)
	return a.account()
}

// table makes a row of each group; the order of their keys is due: times newest first, everything else in natural order. Often another one
// is asked for, or few rows are.
func (a *aggregator) table(ctx context.Context) (*rows, error) {
	t := &rows{n: len(a.codes), cols: make([]*value.Vector, a.op.Width)}
	keys := make([]int, len(a.keys))
	for k := range a.keys {
		v := &value.Vector{}
		for _, codes := range a.codes {
			v.Append(a.values[k].values[codes[k]])
		}
		t.cols[k], keys[k] = v, k
	}
	for i, agg := range a.aggs {
		v := &value.Vector{}
		for g := range a.codes {
			v.Append(agg.Result(g))
		}
		t.cols[a.op.Aggs[i].Column] = v
	}
	t.due = t.keyOrder(ctx, keys)
	for _, c := range a.op.Then {
		if err := newLocal(c).run(t, nothing); err != nil {
			return nil, err
		}
	}
	return t, nil
}
