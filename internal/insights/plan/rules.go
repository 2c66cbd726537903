package plan

import (
	"slices"

	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// optimize moves to the scan what the storage can do by itself, and drops what nothing uses. A plan gives the same rows
// before and after it.
func optimize(p *Plan) {
	limitSorts(p)
	first := slices.IndexFunc(p.Ops, func(op Op) bool { return !op.Local() })
	if first < 0 {
		first = len(p.Ops)
	}
	local := p.Ops[:first:first]
	p.Ops = append(pushFilters(&p.Scan, local), p.Ops[first:]...)
	orderScan(p)
	prune(p)
}

// limitSorts tells sorts how many rows are wanted of them.
func limitSorts(p *Plan) {
	for i, op := range p.Ops {
		sort, ok := op.(*Sort)
		if !ok {
			continue
		}
		for _, next := range p.Ops[i+1:] {
			if limit, ok := next.(*Limit); ok && !limit.Any && !limit.Last {
				sort.Limit = limit.Count
			}
			if _, computes := next.(*Compute); !computes {
				break
			}
		}
	}
}

// pushFilters moves conditions on messages alone to the scan, notes what else it can leave out, and returns what is left of
// the operators.
func pushFilters(s *Scan, ops []Op) (left []Op) {
	var message []Expr
	multiplied := false
	for _, op := range ops {
		if parse, ok := op.(*Parse); ok {
			multiplied = multiplied || parse.Multi
		}
		filter, ok := op.(*Filter)
		if !ok || multiplied {
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
			}
		}
		if cond := conjunction(stay); cond != nil {
			left = append(left, &Filter{cond})
		}
	}
	s.Message = conjunction(message)
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
	if need := s.need(e); len(need.Literals) > 0 {
		s.Required = append(s.Required, need.Literals)
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
	return match.Need{}
}

func needOfLike(e *Like) match.Need {
	if e.Regex != nil {
		return match.Best(e.Regex.Needs())
	}
	return match.Literal(string(e.Finder.Needle()))
}

// orderScan says in what order the scan gives rows and when it may stop, by the operator that gathers them.
func orderScan(p *Plan) {
	first := slices.IndexFunc(p.Ops, func(op Op) bool { return !op.Local() })
	if first < 0 {
		p.Scan.Order = NewestFirst
		return
	}
	stops := !slices.ContainsFunc(p.Ops[:first], func(op Op) bool {
		parse, ok := op.(*Parse)
		return ok && parse.Multi
	})
	limit := func(n int) {
		if stops {
			p.Scan.Limit = n
		}
	}
	switch op := p.Ops[first].(type) {
	case *Stats:
	case *Limit:
		switch {
		case op.Any:
			limit(op.Count)
		case op.Last:
			p.Scan.Order = NewestFirst
		default:
			p.Scan.Order = NewestFirst
			limit(op.Count)
		}
	case *Sort:
		if len(op.Keys) == 1 && p.Scan.field(&Column{Index: op.Keys[0].Column}) == "@timestamp" && op.Limit > 0 {
			p.Scan.Order = OldestFirst
			if op.Keys[0].Desc {
				p.Scan.Order = NewestFirst
			}
			limit(op.Limit)
			p.Ops = slices.Delete(p.Ops, first, first+1)
		}
	default:
		p.Scan.Order = NewestFirst
	}
}

// prune drops columns of the scan, and computed ones, that nothing uses.
func prune(p *Plan) {
	end := slices.IndexFunc(p.Ops, func(op Op) bool { _, ok := op.(*Stats); return ok })
	used := Columns{}
	if end < 0 {
		end = len(p.Ops)
		for _, o := range p.Output {
			used[o.Column] = true
		}
		used[p.Pointer] = p.Events
	} else {
		p.Ops[end].uses(used)
	}
	for i := end - 1; i >= 0; i-- {
		if compute, ok := p.Ops[i].(*Compute); ok && !used[compute.Column] {
			p.Ops = slices.Delete(p.Ops, i, i+1)
			continue
		}
		p.Ops[i].uses(used)
	}
	p.Scan.Columns = slices.DeleteFunc(p.Scan.Columns, func(s Source) bool { return !used[s.Column] })
}
