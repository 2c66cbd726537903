package syntax

// Sessionize numbers sessions, events of the same values without a longer pause: sessionize f, … [maxspan period] [as name].
type Sessionize struct {
	Span
	Fields  []*Field
	MaxSpan *Duration // 30m if none was written
	As      Name      // session_id if none was written
}

const defaultSession = "session_id"

// Command implements Stage.
func (*Sessionize) Command() string { return "sessionize" }

func (p *parser) sessionize(start int) Stage {
	s := &Sessionize{Fields: commas(p, p.field)}
	s.MaxSpan = &Duration{p.since(start), 30, Minute}
	if p.take("maxspan") {
		s.MaxSpan = p.period()
	}
	s.As = Name{p.since(start), defaultSession}
	if p.at("as") {
		s.As = p.as()
	}
	s.Span = p.since(start)
	return s
}

func (s *Sessionize) print(w *printer) {
	w.text("sessionize ")
	w.fields(s.Fields)
	if s.MaxSpan.Count != 30 || s.MaxSpan.Unit != Minute {
		w.text(" maxspan ")
		w.period(s.MaxSpan)
	}
	if s.As.Text != defaultSession {
		w.as(s.As)
	}
}
