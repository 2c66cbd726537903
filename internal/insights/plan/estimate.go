package plan

import "tailrace/internal/insights/syntax"

// Estimate gives one row: about how many bytes of messages the query before it would read. Nothing is read for it.
type Estimate struct{}

// Local implements Op.
func (*Estimate) Local() bool { return false }

// Effect implements Op.
func (*Estimate) Effect() Effect { return Replaces }

func (*Estimate) String() string { return "estimate" }

func (*Estimate) uses(Columns) {}

func (*Estimate) makes(Columns) {}

func (b *builder) estimate(*syntax.Estimate) {
	b.add(&Estimate{})
	b.scope = newScope()
	b.scope.closed = true
	b.made("estimatedBytes")
}
