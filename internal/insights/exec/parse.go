package exec

import (
	"bytes"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// newParse makes the operator that takes columns out of texts in the way that the plan says.
func newParse(op *plan.Parse) local {
	p := &parse{x: newEvaluator(op.X), columns: make([]value.Vector, len(op.Columns))}
	for i := range op.Columns {
		p.at = append(p.at, op.Columns[i].Index)
	}
	switch {
	case op.Glob != nil:
		p.take = newGlob(op.Glob).take
	case op.Regex != nil:
		p.take = newGroups(op).take
	}
	return p
}

// parse fills columns with parts of a text.
type parse struct {
	x       evaluator
	at      []int
	columns []value.Vector
	found   [][]byte // of one row; nil: null
	room    []byte
	// take puts the parts of a text in found; false if it does not match.
	take func(text []byte, found [][]byte) bool
}

func (p *parse) run(r *rows, take func(*rows) error) error {
	x := p.x.eval(r)
	for i := range p.columns {
		p.columns[i].Reset()
	}
	if p.found == nil {
		p.found = make([][]byte, len(p.columns))
	}
	p.room = p.room[:0]
	for i := range r.n {
		clear(p.found)
		v := x.Row(i)
		matched := false
		if v.IsScalar() {
			text := v.Bytes()
			if v.Kind() != value.Text {
				from := len(p.room)
				p.room = v.Append(p.room)
				text = p.room[from:len(p.room):len(p.room)]
			}
			matched = p.take(text, p.found)
		}
		for c := range p.columns {
			if matched && p.found[c] != nil {
				p.columns[c].Append(value.NewText(p.found[c]))
			} else {
				p.columns[c].Append(value.Value{})
			}
		}
	}
	for i := range p.columns {
		r.set(p.at[i], &p.columns[i])
	}
	return take(r)
}

// glob is literals with places between them; a place takes as little as it can, the last one, with nothing behind it,
// the rest of the text.
type glob struct{ literals [][]byte }

func newGlob(literals []string) *glob {
	g := &glob{}
	for _, literal := range literals {
		g.literals = append(g.literals, []byte(literal))
	}
	return g
}

func (g *glob) take(text []byte, found [][]byte) bool {
	at := bytes.Index(text, g.literals[0])
	if at < 0 {
		return false
	}
	text = text[at+len(g.literals[0]):]
	for i, literal := range g.literals[1:] {
		end := len(text)
		if len(literal) > 0 {
			if end = bytes.Index(text, literal); end < 0 {
				return false
			}
		} else if i+2 < len(g.literals) {
			end = 0
		}
		found[i] = text[:end:end]
		text = text[end+len(literal):]
	}
	return true
}

// groups takes the groups of a regular expression.
type groups struct{ op *plan.Parse }

func newGroups(op *plan.Parse) *groups { return &groups{op} }

func (g *groups) take(text []byte, found [][]byte) bool {
	at := g.op.Regex.FindSubmatchIndex(text)
	if at == nil {
		return false
	}
	for i, group := range g.op.Groups {
		if from, to := at[2*group], at[2*group+1]; from >= 0 {
			found[i] = text[from:to:to]
		}
	}
	return true
}
