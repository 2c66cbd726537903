package plan

import "tailrace/internal/insights/syntax"

// Sort orders rows; equal ones stay in their order.
type Sort struct {
	Keys []SortKey
	// Limit is how many rows are wanted of the result, the first ones or the last ones; 0: all.
	Limit int
	Last  bool
	// Reversed is set where events, newest first so far, are put in order of time, oldest first: those of the same time change
	// places, too.
	Reversed bool
}

// SortKey is a column to sort by, in natural order.
type SortKey struct {
	Column int
	Name   string
	Desc   bool
}

// Local implements Op.
func (*Sort) Local() bool { return false }

func (s *Sort) String() string {
	text := "sort"
	switch {
	case s.Limit > 0 && s.Last:
		text = "last " + count(s.Limit) + " by"
	case s.Limit > 0:
		text = "top " + count(s.Limit) + " by"
	}
	for i, key := range s.Keys {
		text += separator(i) + key.Name
		if key.Desc {
			text += " desc"
		}
	}
	return text
}

// Effect implements Op.
func (*Sort) Effect() Effect { return Selects }

func (*Sort) makes(Columns) {}

func (s *Sort) uses(columns Columns) {
	for _, key := range s.Keys {
		columns[key.Column] = true
	}
}

func (b *builder) sort(s *syntax.Sort) {
	sort := &Sort{}
	for i := range s.Keys {
		key := &s.Keys[i]
		name := syntax.Text(key.Expr)
		e := b.expr(key.Expr)
		b.single("sort", key.Expr, e)
		at, ok := e.(*Column)
		if !ok {
			at = &Column{b.compute(name, e), name}
		}
		sort.Keys = append(sort.Keys, SortKey{at.Index, at.Name, key.Desc})
	}
	sort.Reversed = b.inTimeOrder() && b.plan.Scan.byTime(sort.Keys) && !sort.Keys[0].Desc
	b.add(sort)
}

// inTimeOrder tells whether rows are events in the order that they have if nothing sorts them.
func (b *builder) inTimeOrder() bool { return b.plan.Gathering() == len(b.plan.Ops) }

// byTime tells whether keys are the time of events alone.
func (s *Scan) byTime(keys []SortKey) bool {
	return len(keys) == 1 && s.field(&Column{Index: keys[0].Column}) == "@timestamp"
}
