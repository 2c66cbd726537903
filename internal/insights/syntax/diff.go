package syntax

import "strings"

// Diff compares with an earlier range of the same length: diff [previousDay|previousWeek|previousMonth].
type Diff struct {
	Span
	Before Unit // Day, Week or Month; empty: the range just before
}

var diffModifiers = []struct {
	name   string
	before Unit
}{{"previousDay", Day}, {"previousWeek", Week}, {"previousMonth", Month}}

// Command implements Stage.
func (*Diff) Command() string { return "diff" }

func (p *parser) diff(start int) Stage {
	d := &Diff{}
	if p.tok.kind == kindName {
		for _, modifier := range diffModifiers {
			if strings.EqualFold(p.text(), modifier.name) {
				d.Before = modifier.before
			}
		}
		if d.Before == "" {
			p.unexpected("previousDay, previousWeek or previousMonth")
		}
		p.advance()
	}
	d.Span = p.since(start)
	return d
}

func (d *Diff) print(w *printer) {
	w.text("diff")
	for _, modifier := range diffModifiers {
		if d.Before == modifier.before {
			w.word(modifier.name)
		}
	}
}
