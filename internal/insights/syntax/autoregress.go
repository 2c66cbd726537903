package syntax

import "strconv"

// Autoregress copies values of earlier rows: autoregress f [as name] [p=from[-to]].
type Autoregress struct {
	Span
	Field *Field
	As    Name // of the copy; of several, and without text with that of the field: name_p1, name_p2, …
	From  int  // rows back, 1 to maxLag
	To    int
}

const maxLag = 1000

// Command implements Stage.
func (*Autoregress) Command() string { return "autoregress" }

func (p *parser) autoregress(start int) Stage {
	a := &Autoregress{Field: p.field(), From: 1, To: 1}
	if p.at("as") {
		a.As = p.as()
	}
	if p.option("p") {
		a.From = p.integer("a number of rows", 1, maxLag)
		if a.To = a.From; p.takeKind('-') {
			a.To = p.integer("a number of rows", a.From, maxLag)
		}
	}
	a.Span = p.since(start)
	return a
}

func (a *Autoregress) print(w *printer) {
	w.text("autoregress ")
	w.field(a.Field)
	w.as(a.As)
	if a.From != 1 || a.To != 1 {
		w.text(" p=", strconv.Itoa(a.From))
		if a.To != a.From {
			w.text("-", strconv.Itoa(a.To))
		}
	}
}
