package plan

import (
	"strconv"
	"strings"

	"tailrace/internal/insights/function"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// expr compiles an expression. What is wrong with it is reported, and stands for null.
func (b *builder) expr(e syntax.Expr) Expr {
	switch e := e.(type) {
	case *syntax.String:
		return &Const{value.NewString(e.Value)}
	case *syntax.Number:
		return &Const{literal(e.Text)}
	case *syntax.Bool:
		return &Const{value.NewBool(e.Value)}
	case *syntax.Field:
		return b.field(e)
	case *syntax.Call:
		return b.call(e)
	case *syntax.Unary:
		return b.unary(e)
	case *syntax.Binary:
		return b.binary(e)
	case *syntax.Like:
		return b.like(e)
	case *syntax.In:
		return b.in(e)
	}
	b.fail(e, "%s cannot stand here", syntax.Text(e))
	return &Const{}
}

// literal is a number of the query's text: as text where it has more digits than a number can hold.
func literal(text string) value.Value {
	n, ok := value.ParseNumber([]byte(text))
	i, whole := n.Int()
	switch {
	case ok && whole && n.IsInt():
		return value.NewInt(i)
	case ok:
		return value.NewFloat(n.Float())
	}
	return value.NewString(text)
}

// field finds the column of a name: of the query, or of the events, or inside of a map or list.
func (b *builder) field(f *syntax.Field) Expr {
	name := f.Name()
	if at, ok := b.scope.columns[name]; ok {
		return &Column{at, name}
	}
	if side := b.side(f); side != nil {
		return side
	}
	for n := len(f.Path) - 1; n > 0; n-- {
		prefix := (&syntax.Field{Path: f.Path[:n]}).Name()
		if at, ok := b.scope.columns[prefix]; ok && !b.isSource(at) {
			path := &Path{X: &Column{at, prefix}}
			for _, step := range f.Path[n:] {
				path.Path = append(path.Path, step.String())
			}
			return path
		}
	}
	if b.scope.closed {
		b.fail(f, "Unknown symbols found in or after stats: %s", name)
		return &Const{}
	}
	return b.source(name)
}

func (b *builder) unary(e *syntax.Unary) Expr {
	x := b.expr(e.X)
	if e.Op == syntax.Not {
		return &Not{x}
	}
	return &Arith{value.Subtract, &Const{value.NewInt(0)}, x}
}

func (b *builder) binary(e *syntax.Binary) Expr {
	x, y := b.expr(e.X), b.expr(e.Y)
	switch e.Op {
	case syntax.And, syntax.Or:
		return &Logic{e.Op == syntax.Or, x, y}
	}
	if op, ok := value.ParseOp(string(e.Op)); ok {
		return &Compare{op, x, y}
	}
	op, ok := value.ParseArithmetic(string(e.Op))
	if !ok {
		b.fail(e, "unknown operator %s", e.Op)
	}
	return &Arith{op, x, y}
}

func (b *builder) like(e *syntax.Like) Expr {
	like := &Like{X: b.expr(e.X), Not: e.Not}
	b.likePattern(like, e.Pattern)
	return like
}

// likePattern compiles the right side of a like.
func (b *builder) likePattern(like *Like, pattern syntax.Expr) {
	switch p := pattern.(type) {
	case *syntax.String:
		f := match.NewFinder(p.Value)
		like.Finder = &f
	case *syntax.Regex:
		if like.Regex = b.regex(p); like.Regex == nil {
			f := match.NewFinder("")
			like.Finder = &f
		}
	}
}

// regex compiles a regular expression; nil if that is reported to be wrong, or too large.
func (b *builder) regex(e *syntax.Regex) *match.Regex {
	re, err := function.CompileRegex(e.Source)
	if err != nil {
		b.fail(e, "invalid regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil
	}
	return re
}

func (b *builder) in(e *syntax.In) Expr {
	in := &In{X: b.expr(e.X), Not: e.Not}
	if e.Query != nil {
		b.subquery(in, e.Query)
		return in
	}
	for _, element := range e.List {
		in.List = append(in.List, b.expr(element))
	}
	return in
}

// call compiles a call of a scalar function.
func (b *builder) call(e *syntax.Call) Expr {
	if f, ok := syntax.FunctionByName(e.Func); ok && f.Aggregate {
		if b.aggregate != nil {
			return b.aggregate(e)
		}
		b.fail(e, "the aggregate %s stands in stats only", f.Name)
		return &Const{}
	}
	args, known := b.arguments(e)
	f, err := function.Compile(e.Func, known, b.functionEnv())
	if err != nil {
		b.argumentError(e, err)
		return &Const{}
	}
	return &Call{Name: e.Func, Func: f, Args: b.implicit(e, args, f.Implicit()), Text: argumentText(e)}
}

// arguments compiles the arguments of a call and says what is known of them. Periods are nil.
func (b *builder) arguments(e *syntax.Call) (args []Expr, known []function.Arg) {
	for _, arg := range e.Args {
		if d, ok := arg.(*syntax.Duration); ok {
			args, known = append(args, nil), append(known, function.Arg{Const: true, Period: periodOf(d)})
			continue
		}
		x := b.expr(arg)
		c, isConst := x.(*Const)
		if !isConst {
			c = &Const{}
		}
		args, known = append(args, x), append(known, function.Arg{Const: isConst, Value: c.Value})
	}
	return args, known
}

// implicit adds the field that a function reads besides its arguments.
func (b *builder) implicit(e *syntax.Call, args []Expr, field string) []Expr {
	if field == "" {
		return args
	}
	return append(args, b.field(&syntax.Field{Span: e.Span, Path: []syntax.Step{{Key: field}}}))
}

func periodOf(d *syntax.Duration) function.Period {
	return function.Period{Count: d.Count, Unit: string(d.Unit)}
}

func argumentText(e *syntax.Call) string {
	if e.Star {
		return "*"
	}
	list := make([]string, len(e.Args))
	for i, arg := range e.Args {
		if d, ok := arg.(*syntax.Duration); ok {
			list[i] = strconv.FormatInt(d.Count, 10) + string(d.Unit)
			continue
		}
		list[i] = syntax.Text(arg)
	}
	return strings.Join(list, ", ")
}
