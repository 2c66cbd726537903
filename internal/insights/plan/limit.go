package plan

import (
	"strconv"

	"tailrace/internal/insights/syntax"
)

// Limit keeps the first rows, or with Last the last ones.
type Limit struct {
	Count   int
	Any     bool // any of the events: their order does not matter
	Last    bool
	Implied bool // by the caller, not the query
}

// Local implements Op.
func (*Limit) Local() bool { return false }

func (l *Limit) String() string {
	switch {
	case l.Any:
		return "limit any " + count(l.Count)
	case l.Last:
		return "tail " + count(l.Count)
	}
	return "limit " + count(l.Count)
}

// Effect implements Op.
func (*Limit) Effect() Effect { return Selects }

func (*Limit) uses(Columns) {}

func (*Limit) makes(Columns) {}

func count(n int) string { return strconv.Itoa(n) }

func (b *builder) limitTo(s *syntax.Limit) {
	b.add(&Limit{Count: s.Count, Any: s.Any})
}

func (b *builder) tail(s *syntax.Tail) {
	b.add(&Limit{Count: s.Count, Last: true})
}
