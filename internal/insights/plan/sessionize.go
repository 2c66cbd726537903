package plan

import "tailrace/internal/insights/syntax"

// Sessionize numbers sessions, from 1 in the order in which they begin: rows with the same values of which each one follows the
// one before, in time, within a pause. Rows where a value or the time is missing are in none.
type Sessionize struct {
	By     []*Column
	Time   Column
	Pause  int64 // milliseconds
	Column Column
}

// Local implements Op.
func (*Sessionize) Local() bool { return false }

// Effect implements Op.
func (*Sessionize) Effect() Effect { return Selects }

func (s *Sessionize) String() string {
	return "sessionize " + names(s.By) + " pause=" + count(int(s.Pause)) + "ms as " + s.Column.Name
}

func (s *Sessionize) uses(columns Columns) {
	for _, column := range s.By {
		columns[column.Index] = true
	}
	columns[s.Time.Index] = true
}

func (s *Sessionize) makes(columns Columns) { columns[s.Column.Index] = true }

func (b *builder) sessionize(s *syntax.Sessionize) {
	pause, ok := s.MaxSpan.Millis()
	if !ok {
		b.fail(s.MaxSpan, "maxspan is a length in weeks or less: months and years have none of their own")
	}
	at := b.field(&syntax.Field{Span: s.Span, Path: []syntax.Step{{Key: "@timestamp"}}})
	op := &Sessionize{By: b.columns(s, s.Fields), Time: *b.columnOf("@timestamp", at), Pause: pause}
	op.Column = b.made(s.As.Text)
	b.add(op)
}
