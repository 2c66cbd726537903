package exec

// filter keeps the rows for which a condition holds.
type filter struct {
	cond   evaluator
	chosen []int32
}

func (f *filter) run(r *rows, take func(*rows) error) error {
	f.chosen = f.cond.eval(r).Select(f.chosen[:0], r.n)
	r.keep(f.chosen)
	if r.n == 0 {
		return nil
	}
	return take(r)
}
