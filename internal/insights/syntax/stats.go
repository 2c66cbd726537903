package syntax

// Stats aggregates: stats agg [as name], … [by expr [as name], …] [offset period].
type Stats struct {
	Span
	Aggs   []Item // at least one
	By     []Item
	Offset *Duration // by how much bins are shifted, nil: not at all
}

// Command implements Stage.
func (*Stats) Command() string { return "stats" }

func (p *parser) stats(start int) Stage {
	if p.at("by") {
		p.unexpected("an aggregate such as count(*)")
	}
	s := &Stats{Aggs: commas(p, p.item)}
	if p.take("by") {
		s.By = commas(p, p.item)
		if p.take("offset") {
			s.Offset = p.period()
		}
	}
	s.Span = p.since(start)
	return s
}

func (s *Stats) print(w *printer) {
	w.text("stats ")
	w.items(s.Aggs)
	if len(s.By) > 0 {
		w.text(" by ")
		w.items(s.By)
	}
	if s.Offset != nil {
		w.text(" offset ")
		w.period(s.Offset)
	}
}
