package exec

import (
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// unnest makes a row of each element of a list.
type unnest struct {
	x    evaluator
	text bool
	out  value.Vector
	room []byte
	parts
}

func newUnnest(op *plan.Unnest) local {
	u := &unnest{x: newEvaluator(op.X), text: op.Text}
	u.fill = func(made *rows) { made.set(op.Column.Index, &u.out) }
	return u
}

func (u *unnest) run(r *rows, take func(*rows) error) error {
	x := u.x.eval(r)
	u.begin(r, take)
	u.out.Reset()
	u.room = u.room[:0]
	for i := range r.n {
		list := x.Row(i)
		if u.text && list.Kind() == value.Text {
			if parsed, ok := value.ParseJSON(list.Bytes()); ok && parsed.Kind() == value.List {
				list = parsed
			}
		}
		if list.Kind() != value.List {
			if err := u.element(i, list); err != nil {
				return err
			}
			continue
		}
		var err error
		u.room = list.Each(u.room, func(element value.Value) bool {
			err = u.element(i, element)
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return u.flush()
}

func (u *unnest) element(row int, v value.Value) error {
	if len(u.from) == partRows {
		if err := u.flush(); err != nil {
			return err
		}
		u.out.Reset()
	}
	u.add(row)
	u.out.Append(v)
	return nil
}
