package plan

import (
	"tailrace/internal/insights/function"
	"tailrace/internal/insights/syntax"
)

// Stats makes one row of each group of rows: all rows with the same keys. The first columns of the new rows are the keys, then
// come aggregates, and columns computed of these.
type Stats struct {
	By    []Key
	Aggs  []Aggregate
	Then  []*Compute
	Width int // columns of the new rows
}

// Key is what rows are grouped by. The nth key is the nth column.
type Key struct {
	Name string
	Expr Expr
}

// Aggregate is an aggregate over the rows of a group.
type Aggregate struct {
	Column int
	Text   string // of the call
	Func   *function.AggregateFunc
	// Args are the arguments, and behind them the implicit field if Func has one; what Func knows already is nil.
	Args []Expr
}

// Local implements Op.
func (*Stats) Local() bool { return false }

func (s *Stats) String() string {
	text := "aggregate"
	for i := range s.Aggs {
		text += separator(i) + s.Aggs[i].Text
	}
	for i := range s.By {
		if i == 0 {
			text += " by"
		}
		text += separator(i) + s.By[i].Name
		if _, plain := s.By[i].Expr.(*Column); !plain {
			text += " = " + s.By[i].Expr.String()
		}
	}
	for _, c := range s.Then {
		text += "\n" + c.String()
	}
	return text
}

// Effect implements Op.
func (*Stats) Effect() Effect { return Replaces }

func (*Stats) makes(Columns) {}

func (s *Stats) uses(columns Columns) {
	for i := range s.By {
		columns.add(s.By[i].Expr)
	}
	for i := range s.Aggs {
		for _, arg := range s.Aggs[i].Args {
			columns.add(arg)
		}
	}
}

func (b *builder) stats(s *syntax.Stats) {
	op := &Stats{}
	before, after := b.scope, newScope()
	after.closed = true
	for i := range s.By {
		item := &s.By[i]
		key := b.key(item.Expr, s.Offset)
		b.single("stats", item.Expr, key)
		op.By = append(op.By, Key{item.Name, key})
		after.columns[item.Name] = after.width
		after.show(item.Name, after.width)
		after.width++
	}
	b.aggregate = func(call *syntax.Call) Expr {
		b.scope = before
		defer func() { b.scope = after }()
		return op.add(b, call, after)
	}
	b.scope = after
	for i := range s.Aggs {
		item := &s.Aggs[i]
		e := b.expr(item.Expr)
		at, plain := e.(*Column)
		if !plain {
			at = &Column{b.column(item.Name), item.Name}
			op.Then = append(op.Then, &Compute{at.Index, item.Name, e})
		}
		after.columns[item.Name] = at.Index
		after.show(item.Name, at.Index)
	}
	b.aggregate = nil
	op.Width, after.given, after.binned = after.width, len(after.shown), newBinned(s)
	b.add(op)
}

// key compiles what rows are grouped by; bins are shifted by the offset.
func (b *builder) key(e syntax.Expr, offset *syntax.Duration) Expr {
	call, ok := e.(*syntax.Call)
	if offset == nil || !ok || call.Func != "bin" {
		return b.expr(e)
	}
	shifted := *call
	shifted.Args = append(shifted.Args[:len(shifted.Args):len(shifted.Args)], offset)
	return b.expr(&shifted)
}

// add makes the column of an aggregate, or finds the one that there is.
func (s *Stats) add(b *builder, call *syntax.Call, after *scope) Expr {
	text := syntax.Text(call)
	for i := range s.Aggs {
		if s.Aggs[i].Text == text {
			return &Column{s.Aggs[i].Column, text}
		}
	}
	f, args, ok := b.aggregateFunc(call)
	if !ok {
		return &Const{}
	}
	agg := Aggregate{Column: after.width, Text: text, Func: f, Args: args}
	after.width++
	if known, ok := syntax.FunctionByName(call.Func); ok && isStructure(known) {
		after.structure(agg.Column)
	}
	s.Aggs = append(s.Aggs, agg)
	return &Column{agg.Column, text}
}

// aggregateFunc compiles the call of an aggregate; ok is false if that is reported to be wrong.
func (b *builder) aggregateFunc(call *syntax.Call) (f *function.AggregateFunc, args []Expr, ok bool) {
	args, known := b.arguments(call)
	for i, arg := range args {
		b.single(call.Func, call.Args[i], arg)
	}
	f, err := function.CompileAggregate(call.Func, known)
	if err != nil {
		b.argumentError(call, err)
		return nil, nil, false
	}
	return f, b.implicit(call, args, f.Implicit()), true
}
