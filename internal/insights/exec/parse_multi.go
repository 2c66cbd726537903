package exec

import "tailrace/internal/insights/plan"

// parseMulti makes a row of each match of a regular expression; a text that does not match keeps its row.
type parseMulti struct {
	op *plan.Parse
	parse
	parts
}

func newParseMulti(op *plan.Parse, p parse) local {
	m := &parseMulti{op: op, parse: p}
	m.parts.fill = m.parse.fill
	return m
}

func (m *parseMulti) run(r *rows, take func(*rows) error) error {
	x := m.parse.begin(r)
	m.parts.begin(r, take)
	for i := range r.n {
		text, ok := m.text(x.Row(i))
		var matches [][]int
		if ok {
			matches = m.op.Regex.FindAllSubmatchIndex(text, -1)
		}
		if len(matches) == 0 {
			matches = [][]int{nil}
		}
		for _, at := range matches {
			clear(m.found)
			if at != nil {
				takeGroups(m.op, text, at, m.found)
			}
			if err := m.row(i); err != nil {
				return err
			}
		}
	}
	return m.flush()
}

// row makes a row of what was found.
func (m *parseMulti) row(of int) error {
	if len(m.from) == partRows {
		if err := m.flush(); err != nil {
			return err
		}
		for i := range m.columns {
			m.columns[i].Reset()
		}
	}
	m.add(of)
	m.parse.append()
	return nil
}
