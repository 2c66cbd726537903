package plan

import "tailrace/internal/insights/syntax"

// RelevantFields makes a row of each field: its name, how differently it is distributed where a condition holds (0 alike, 1 nothing in
// common; null if the condition holds everywhere or nowhere), the value that is more frequent there than elsewhere by most, and
// the shares of the rows that have it there and elsewhere. The most relevant fields come first. A missing value is one, too.
type RelevantFields struct {
	Fields []*Column
	Where  Expr
}

// The columns of the rows.
const (
	RelevantName = iota
	RelevantScore
	RelevantValue
	RelevantInside
	RelevantOutside
	RelevantWidth
)

// Local implements Op.
func (*RelevantFields) Local() bool { return false }

// Effect implements Op.
func (*RelevantFields) Effect() Effect { return Replaces }

func (r *RelevantFields) String() string {
	return "relevant fields of " + names(r.Fields) + " where " + r.Where.String()
}

func (r *RelevantFields) uses(columns Columns) {
	for _, column := range r.Fields {
		columns[column.Index] = true
	}
	columns.add(r.Where)
}

func (*RelevantFields) makes(Columns) {}

func (b *builder) relevantFields(s *syntax.RelevantFields) {
	op := &RelevantFields{Fields: b.columns(s, s.Fields), Where: b.expr(s.Where)}
	b.add(op)
	b.scope = newScope()
	b.scope.closed = true
	for _, name := range [RelevantWidth]string{"field", "relevance", "value", "insideRatio", "outsideRatio"} {
		b.made(name)
	}
	b.scope.given = RelevantWidth
}
