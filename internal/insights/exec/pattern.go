package exec

import (
	"cmp"
	"context"
	"slices"

	"tailrace/internal/insights/pattern"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// patterns lets each worker find the patterns of what it reads, in an earlier range of time too if that is asked for, and puts
// them together.
func (r *run) patterns(ctx context.Context, locals []plan.Op, op *plan.Pattern) (*rows, error) {
	workers := make([]*worker, r.o.Workers)
	for i := range workers {
		workers[i] = r.newWorker(locals, func(w *worker, rows *rows) error { return w.miner.add(rows) })
		workers[i].miner = r.newMiner(op)
	}
	if err := r.visit(ctx, workers); err != nil {
		return nil, err
	}
	if op.Diff != nil {
		if err := r.visitEarlier(ctx, workers, op.Diff); err != nil {
			return nil, err
		}
	}
	all := workers[0].miner
	for _, w := range workers[1:] {
		all.found.Merge(w.miner.found)
		all.held += w.miner.held
	}
	t, err := all.table(ctx)
	if err != nil {
		return nil, err
	}
	r.memory.give(all.held)
	return t, r.account(t)
}

// minePatterns finds the patterns of a table.
func (r *run) minePatterns(ctx context.Context, t *rows, op *plan.Pattern) error {
	m := r.newMiner(op)
	if err := m.add(t); err != nil {
		return err
	}
	made, err := m.table(ctx)
	if err != nil {
		return err
	}
	r.memory.give(m.held)
	*t = *made
	return nil
}

// miner finds the patterns of the texts of rows. Its counters are those of slices of the range of time, one if nothing asks for more, and
// behind them one of the earlier range.
type miner struct {
	op         *plan.Pattern
	text, time evaluator // time is nil if slices do not matter
	start, end int64     // of the range that slices are of, inclusive
	slices     int
	earlier    bool // rows are of the earlier range
	found      *pattern.Miner
	memory     *memory
	held       int64
	room       []byte
}

func (r *run) newMiner(op *plan.Pattern) *miner {
	m := &miner{op: op, text: newEvaluator(op.X), start: r.plan.Scan.Start, end: r.plan.Scan.End, slices: 1, memory: r.memory}
	if op.Anomaly != nil {
		m.time, m.slices = newEvaluator(&op.Anomaly.Time), anomalySlices
	}
	m.found = pattern.New(m.slices + 1)
	return m
}

// add counts rows.
func (m *miner) add(r *rows) error {
	texts := m.text.eval(r)
	var times *value.Vector
	if m.time != nil {
		times = m.time.eval(r)
	}
	for i := range r.n {
		v := texts.Row(i)
		if !v.IsScalar() {
			continue
		}
		counter := 0
		switch {
		case m.earlier:
			counter = m.slices
		case times != nil:
			counter = m.slice(times.Row(i).Int())
		}
		text := v.Bytes()
		if v.Kind() != value.Text {
			m.room = v.Append(m.room[:0])
			text = m.room
		}
		m.found.Add(text, counter)
	}
	before := m.held
	m.held = m.found.Size()
	return m.memory.take(m.held - before)
}

// table makes a row of each pattern.
func (m *miner) table(ctx context.Context) (*rows, error) {
	found, err := m.found.Patterns(ctx)
	if err != nil {
		return nil, err
	}
	total := int64(0)
	slicesOf := make([]int64, m.slices) // all texts
	for i := range found {
		for at, count := range found[i].Counts[:m.slices] {
			slicesOf[at] += count
			total += count
		}
	}
	m.order(found)
	t := &rows{n: len(found)}
	for i := range found {
		p := &found[i]
		count := m.count(p)
		t.append(plan.PatternText, value.NewString(p.Text))
		t.append(plan.PatternRatio, value.Divide.Apply(value.NewInt(count), value.NewInt(total)))
		t.append(plan.PatternCount, value.NewInt(count))
		t.append(plan.PatternSeverity, label(p.Severity))
		m.compare(t, p)
		m.judge(t, p, slicesOf, total)
	}
	return t, nil
}

// order sorts patterns as the result has them.
func (m *miner) order(found []pattern.Pattern) {
	slices.SortStableFunc(found, func(a, b pattern.Pattern) int {
		if m.op.Diff != nil {
			return cmp.Or(cmp.Compare(magnitude(m.difference(&b)), magnitude(m.difference(&a))), cmp.Compare(m.count(&b), m.count(&a)))
		}
		return cmp.Compare(m.count(&b), m.count(&a))
	})
}

func magnitude(n int64) int64 { return max(n, -n) }

// count is how many texts of the range have a pattern.
func (m *miner) count(p *pattern.Pattern) int64 { return p.Total() - p.Counts[m.slices] }

func label(severity string) value.Value {
	if severity == "" {
		return value.Value{}
	}
	return value.NewString(severity)
}

// append adds a value to a column, which is made if it is not there yet.
func (r *rows) append(at int, v value.Value) {
	for len(r.cols) <= at {
		r.cols = append(r.cols, nil)
	}
	if r.cols[at] == nil {
		r.cols[at] = &value.Vector{}
	}
	r.cols[at].Append(v)
}
