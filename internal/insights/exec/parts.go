package exec

import "tailrace/internal/insights/value"

// partRows is how many rows a part has, so that memory does not grow with what one row becomes.
const partRows = 4096

// parts makes several rows of one, for operators that do.
type parts struct {
	of      *rows
	fill    func(made *rows) // sets the columns that are new
	take    func(*rows) error
	from    []int32 // the row that each one is made of
	made    rows
	vectors []value.Vector
	last    ref
}

// begin makes parts of rows, which are given to take.
func (p *parts) begin(r *rows, take func(*rows) error) {
	p.of, p.take = r, take
	p.from, p.made.refs = p.from[:0], p.made.refs[:0]
}

// add makes a row of a row. Rows of the same event are numbered.
func (p *parts) add(row int) {
	p.from = append(p.from, int32(row))
	if len(p.of.refs) == 0 {
		return
	}
	at := p.of.refs[row]
	at.part = 0
	if at.group == p.last.group && at.stream == p.last.stream && at.id == p.last.id {
		at.part = p.last.part + 1
	}
	p.last = at
	p.made.refs = append(p.made.refs, at)
}

// flush gives what was made.
func (p *parts) flush() error {
	if len(p.from) == 0 {
		return nil
	}
	if len(p.vectors) < len(p.of.cols) {
		p.vectors = make([]value.Vector, len(p.of.cols))
	}
	clear(p.made.cols)
	for at, col := range p.of.cols {
		switch {
		case col == nil || !col.Const && col.Len() < p.of.n:
		case col.Const:
			p.made.set(at, col)
		default:
			p.vectors[at].Gather(col, p.from)
			p.made.set(at, &p.vectors[at])
		}
	}
	p.made.n = len(p.from)
	p.fill(&p.made)
	err := p.take(&p.made)
	p.from, p.made.refs = p.from[:0], p.made.refs[:0]
	return err
}
