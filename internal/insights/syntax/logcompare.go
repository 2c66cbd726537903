package syntax

// LogCompare compares with the range that is shifted back: logcompare timeshift period.
type LogCompare struct {
	Span
	Shift *Duration
}

// Command implements Stage.
func (*LogCompare) Command() string { return "logcompare" }

func (p *parser) logCompare(start int) Stage {
	p.expect("timeshift")
	shift := p.period()
	return &LogCompare{p.since(start), shift}
}

func (l *LogCompare) print(w *printer) {
	w.text("logcompare timeshift ")
	w.period(l.Shift)
}
