package syntax

import "strconv"

// Limit keeps the first rows: limit n, head n; or any of them: limit any n.
type Limit struct {
	Span
	Count int // 1 to MaxLimit
	Any   bool
}

// Command implements Stage.
func (*Limit) Command() string { return "limit" }

func (p *parser) limit(start int) Stage {
	l := &Limit{Any: p.take("any")}
	l.Count = p.integer("a number of rows", 1, MaxLimit)
	l.Span = p.since(start)
	return l
}

func (l *Limit) print(w *printer) {
	w.text("limit ")
	if l.Any {
		w.text("any ")
	}
	w.text(strconv.Itoa(l.Count))
}
