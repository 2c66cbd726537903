package plan

import (
	"slices"

	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// optimize moves to the scan what the storage can do by itself, and drops what nothing uses. A plan gives the same rows
// before and after it.
func (b *builder) optimize() {
	if b.env.Plain {
		return
	}
	p := b.plan
	forwardLimits(p.Ops)
	limitSorts(p.Ops)
	first := p.Gathering()
	p.Ops = append(pushFilters(&p.Scan, p.Ops[:first:first]), p.Ops[first:]...)
	pushParse(p)
	orderScan(p)
	prune(p)
}

// pushParse moves the first parse of messages to the scan, which keeps what it took for who asks again.
func pushParse(p *Plan) {
	for i, op := range p.Ops[:p.Gathering()] {
		if parse, ok := op.(*Parse); ok && !parse.Multi && (parse.Glob != nil || parse.Regex != nil) && p.Scan.field(parse.X) == "@message" {
			p.Scan.Parse = parse
			p.Ops = slices.Delete(p.Ops, i, i+1)
			return
		}
	}
}

// forwardLimits moves limits in front of operators that run over all rows and keep them where they are.
func forwardLimits(ops []Op) {
	for i, op := range ops {
		if limit, ok := op.(*Limit); !ok || limit.Last || limit.Any {
			continue
		}
		to := i
		for j := i - 1; j >= 0 && ops[j].Effect() == Keeps; j-- {
			if !ops[j].Local() {
				to = j
			}
		}
		copy(ops[to+1:i+1], ops[to:i])
		ops[to] = op
	}
}

// limitSorts tells sorts how many rows are wanted of them.
func limitSorts(ops []Op) {
	for i, op := range ops {
		sort, ok := op.(*Sort)
		if !ok {
			continue
		}
		for _, next := range ops[i+1:] {
			if limit, ok := next.(*Limit); ok && !limit.Any {
				sort.Limit, sort.Last = limit.Count, limit.Last
			}
			if !next.Local() || next.Effect() != Keeps {
				break
			}
		}
	}
}

// pushFilters moves conditions on messages alone to the scan, notes what else it can leave out, and returns what is left of
// the operators. A condition on what was read of an event holds for all rows that are made of it, or for none.
func pushFilters(s *Scan, ops []Op) (left []Op) {
	var message []Expr
	var hint match.Need
	for _, op := range ops {
		filter, ok := op.(*Filter)
		if !ok {
			left = append(left, op)
			continue
		}
		var stay []Expr
		for _, cond := range conjuncts(filter.Cond) {
			s.narrow(cond)
			if s.isOfMessage(cond) {
				message = append(message, cond)
			} else {
				stay = append(stay, cond)
				hint = match.Best([]match.Need{hint, s.need(cond)})
			}
		}
		if cond := conjunction(stay); cond != nil {
			left = append(left, &Filter{cond})
		}
	}
	if s.Message = conjunction(message); s.Message == nil && hint.Weight > 1 {
		s.Hint = hint.Literals
	}
	return left
}

// isOfMessage tells whether a condition looks for texts in messages, and does nothing else.
func (s *Scan) isOfMessage(e Expr) bool {
	switch e := e.(type) {
	case *Like:
		return s.field(e.X) == "@message"
	case *Not:
		return s.isOfMessage(e.X)
	case *Logic:
		return s.isOfMessage(e.X) && s.isOfMessage(e.Y)
	}
	return false
}

// field is the name of the field that an expression is, empty if it is none that the scan reads.
func (s *Scan) field(e Expr) string {
	column, ok := e.(*Column)
	if !ok {
		return ""
	}
	for _, source := range s.Columns {
		if source.Column == column.Index {
			return source.Name
		}
	}
	return ""
}

// narrow takes from a condition that all rows satisfy what range of time, which streams and which literals it asks for.
func (s *Scan) narrow(e Expr) {
	s.require(e)
	if conditions := s.whereOf(e); conditions != nil {
		s.Where = append(s.Where, Clause{conditions, e})
	}
	switch e := e.(type) {
	case *Compare:
		c, ok := e.Y.(*Const)
		if !ok {
			return
		}
		switch s.field(e.X) {
		case "@timestamp":
			s.narrowTime(e.Op, c.Value)
		case "@logStream":
			if e.Op == value.Equal {
				s.narrowStreams([]Expr{c})
			}
		}
	case *In:
		if !e.Not && e.Query == nil && s.field(e.X) == "@logStream" {
			s.narrowStreams(e.List)
		}
	}
}

// narrowTime cuts the range of time by a comparison with a number of milliseconds.
func (s *Scan) narrowTime(op value.Op, v value.Value) {
	n, ok := v.Number()
	if !ok || v.Kind() == value.Text {
		return
	}
	ms, whole := n.Int()
	if !whole {
		return
	}
	switch op {
	case value.Equal:
		s.Start, s.End = max(s.Start, ms), min(s.End, ms)
	case value.Greater:
		s.Start = max(s.Start, ms+1)
	case value.GreaterEqual:
		s.Start = max(s.Start, ms)
	case value.Less:
		s.End = min(s.End, ms-1)
	case value.LessEqual:
		s.End = min(s.End, ms)
	}
}

// narrowStreams leaves out the streams that are not listed. A name that looks like a number is equal to other texts too.
func (s *Scan) narrowStreams(list []Expr) {
	var names []string
	for _, e := range list {
		c, ok := e.(*Const)
		if !ok || c.Value.Kind() != value.Text {
			return
		}
		if _, number := c.Value.Number(); number {
			return
		}
		names = append(names, string(c.Value.Bytes()))
	}
	if s.Streams == nil {
		s.Streams = names
		return
	}
	s.Streams = slices.DeleteFunc(s.Streams, func(name string) bool { return !slices.Contains(names, name) })
}

// require notes what messages have to contain where a condition holds: of a regular expression all that is known.
func (s *Scan) require(e Expr) {
	if like, ok := e.(*Like); ok && like.Regex != nil && !like.Not && s.field(like.X) == "@message" {
		s.Required = append(s.Required, like.Regex.Required()...)
		return
	}
	if need := s.need(e); len(need.Literals) > 0 {
		s.Required = append(s.Required, need.Literals)
	}
}

// need is what a message has to contain where a condition holds.
func (s *Scan) need(e Expr) match.Need {
	switch e := e.(type) {
	case *Like:
		if !e.Not && s.field(e.X) == "@message" {
			return needOfLike(e)
		}
	case *Logic:
		x, y := s.need(e.X), s.need(e.Y)
		if e.Or {
			return match.AnyOf([]match.Need{x, y})
		}
		return match.Best([]match.Need{x, y})
	}
	return s.needOfLeaf(e)
}

func needOfLike(e *Like) match.Need {
	if e.Regex != nil {
		return match.Best(e.Regex.Needs())
	}
	return match.Literal(string(e.Finder.Needle()))
}

// orderScan says in what order the scan gives rows and how many are wanted, by the operator that gathers them.
func orderScan(p *Plan) {
	first := p.Gathering()
	if first == len(p.Ops) {
		p.Scan.Order = NewestFirst
		return
	}
	switch op := p.Ops[first].(type) {
	case *Sort:
		if p.Scan.byTime(op.Keys) {
			sortScan(p, first, op)
		}
	case *Limit:
		switch {
		case op.Any:
		case op.Last:
			p.Scan.Order = OldestFirst
		case p.Scan.Order == AnyOrder:
			p.Scan.Order = NewestFirst
		}
		if !slices.ContainsFunc(p.Ops[:first], func(op Op) bool { return op.Effect() != Keeps }) {
			p.Scan.Limit = op.Count
		}
	default:
		if op.Effect() != Replaces {
			p.Scan.Order = NewestFirst
		}
	}
}

// sortScan lets the scan do what a sort by time asks for. Events are newest first without it.
func sortScan(p *Plan, at int, sort *Sort) {
	one := !slices.ContainsFunc(p.Ops[:at], func(op Op) bool { return op.Effect() == Multiplies })
	switch {
	case sort.Keys[0].Desc:
		p.Ops = slices.Delete(p.Ops, at, at+1)
	case !sort.Reversed || sort.Limit == 0 || sort.Last && !one: // the last rows of an event are not the first ones in reverse
		return
	case sort.Last:
		p.Ops = slices.Insert(p.Ops, at, Op(&Limit{Count: sort.Limit}))
		sort.Limit, sort.Last = 0, false
	default:
		p.Scan.Order = OldestFirst
		p.Ops = slices.Delete(p.Ops, at, at+1)
	}
	orderScan(p)
}

// prune drops columns of the scan, and operators that do nothing but make columns, that nothing uses.
func prune(p *Plan) {
	needed := p.shown()
	for i := len(p.Ops) - 1; i >= 0; i-- {
		if op := p.Ops[i]; op.Effect() == Keeps && !makesAny(op, needed) {
			p.Ops = slices.Delete(p.Ops, i, i+1)
			continue
		}
		needed.before(p.Ops[i])
	}
	p.Scan.Columns = slices.DeleteFunc(p.Scan.Columns, func(s Source) bool { return !needed[s.Column] })
	if p.Scan.Parse != nil && !makesAny(p.Scan.Parse, needed) {
		p.Scan.Parse = nil
	}
}

func makesAny(op Op, needed Columns) bool {
	made := Columns{}
	op.makes(made)
	for column := range made {
		if needed[column] {
			return true
		}
	}
	return false
}
