package exec

import (
	"bytes"
	"fmt"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// newParse makes the operator that takes columns out of texts in the way that the plan says.
func newParse(op *plan.Parse) local {
	p := parse{x: newEvaluator(op.X), columns: make([]value.Vector, len(op.Columns)), found: make([]value.Value, len(op.Columns))}
	for i := range op.Columns {
		p.at = append(p.at, op.Columns[i].Index)
	}
	switch {
	case op.Multi:
		return newParseMulti(op, p)
	case op.Glob != nil:
		p.taker = newGlob(op.Glob)
	case op.Regex != nil:
		p.taker = &groups{op}
	case op.Logfmt:
		p.taker = &logfmt{}
	case op.CSV:
		p.taker = &csv{}
	}
	return &p
}

// taker takes a text apart.
type taker interface {
	// take puts the parts of a text in found, which is null; false if the text does not match. Parts are valid as long as the text, until
	// the next reset.
	take(text []byte, found []value.Value) bool
	reset()
}

// parse fills columns with parts of a text.
type parse struct {
	taker
	x       evaluator
	at      []int
	columns []value.Vector
	found   []value.Value // of one row
	room    []byte
}

func (p *parse) run(r *rows, take func(*rows) error) error {
	x := p.begin(r)
	p.reset()
	for i := range r.n {
		clear(p.found)
		if text, ok := p.text(x.Row(i)); ok && !p.take(text, p.found) {
			clear(p.found)
		}
		p.append()
	}
	p.fill(r)
	return take(r)
}

// begin empties the columns and returns what is taken apart.
func (p *parse) begin(r *rows) *value.Vector {
	for i := range p.columns {
		p.columns[i].Reset()
	}
	p.room = p.room[:0]
	return p.x.eval(r)
}

// text is the text of a scalar.
func (p *parse) text(v value.Value) (text []byte, ok bool) {
	if !v.IsScalar() {
		return nil, false
	}
	if v.Kind() == value.Text {
		return v.Bytes(), true
	}
	from := len(p.room)
	p.room = v.Append(p.room)
	return p.room[from:len(p.room):len(p.room)], true
}

// append adds a row of what was found.
func (p *parse) append() {
	for i := range p.columns {
		p.columns[i].AppendNext(p.found[i])
	}
}

func (p *parse) fill(r *rows) {
	for i := range p.columns {
		r.set(p.at[i], &p.columns[i])
	}
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

func (*glob) reset() {}

func (g *glob) take(text []byte, found []value.Value) bool {
	return g.split(text, func(i int, part []byte) { found[i] = value.NewText(part) })
}

// split gives the parts of a text; false, perhaps behind some of them, if it does not match.
func (g *glob) split(text []byte, give func(i int, part []byte)) bool {
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
		give(i, text[:end:end])
		text = text[end+len(literal):]
	}
	return true
}

// newParts makes what takes the columns of an operator out of messages, for the scan.
func newParts(op *plan.Parse) *column.Parts {
	p := &column.Parts{}
	if op.Regex != nil {
		for _, group := range op.Groups {
			p.Names = append(p.Names, fmt.Sprintf("group %d of %q", group, op.Regex))
		}
		p.Take = func(message []byte, parts [][]byte) {
			if at := op.Regex.FindSubmatchIndex(message); at != nil {
				eachGroup(op, message, at, func(i int, part []byte) { parts[i] = part })
			}
		}
		return p
	}
	for i := range op.Columns {
		p.Names = append(p.Names, fmt.Sprintf("part %d of %q", i, op.Glob))
	}
	g := newGlob(op.Glob)
	p.Take = func(message []byte, parts [][]byte) {
		if !g.split(message, func(i int, part []byte) { parts[i] = part }) {
			clear(parts)
		}
	}
	return p
}

// groups takes the groups of a regular expression.
type groups struct{ op *plan.Parse }

func (*groups) reset() {}

func (g *groups) take(text []byte, found []value.Value) bool {
	at := g.op.Regex.FindSubmatchIndex(text)
	if at == nil {
		return false
	}
	takeGroups(g.op, text, at, found)
	return true
}

// takeGroups takes the groups of one match, which has its places in at.
func takeGroups(op *plan.Parse, text []byte, at []int, found []value.Value) {
	eachGroup(op, text, at, func(i int, part []byte) { found[i] = value.NewText(part) })
}

func eachGroup(op *plan.Parse, text []byte, at []int, give func(i int, part []byte)) {
	for i, group := range op.Groups {
		if from, to := at[2*group], at[2*group+1]; from >= 0 {
			give(i, text[from:to:to])
		}
	}
}
