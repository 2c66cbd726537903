package exec

// compute makes a column of an expression.
type compute struct {
	at int
	of evaluator
}

func (c *compute) run(r *rows, take func(*rows) error) error {
	r.set(c.at, c.of.eval(r))
	return take(r)
}
