package syntax

import "strconv"

// Tail keeps the last rows: tail n.
type Tail struct {
	Span
	Count int // 1 to MaxLimit
}

// Command implements Stage.
func (*Tail) Command() string { return "tail" }

func (p *parser) tail(start int) Stage {
	count := p.integer("a number of rows", 1, MaxLimit)
	return &Tail{p.since(start), count}
}

func (t *Tail) print(w *printer) { w.text("tail ", strconv.Itoa(t.Count)) }
