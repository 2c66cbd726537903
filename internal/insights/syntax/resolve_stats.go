package syntax

// stats resolves groups and aggregates in the scope before it, and makes the scope behind it.
func (c *checker) stats(s *Stats) {
	for i := range s.By {
		c.value(&s.By[i].Expr)
	}
	a := &aggregator{checker: c, before: c.scope, groups: map[string]string{}}
	c.scope = scope{closed: true, columns: map[string]bool{}, byText: map[string]string{}}
	texts := map[string]string{} // for byText: nothing of this stats refers to these
	for i := range s.By {
		item := &s.By[i]
		a.groups[Text(item.Expr)] = item.Name
		c.define(item)
	}
	for i := range s.Aggs {
		item := &s.Aggs[i]
		if !item.Named {
			texts[Text(item.Expr)] = item.Name
		}
		item.Expr = a.resolve(item.Expr)
		c.define(item)
	}
	for i := range s.By {
		if item := &s.By[i]; !item.Named {
			texts[Text(item.Expr)] = item.Name
		}
	}
	c.scope.byText = texts
	switch {
	case a.found == 0:
		c.Report(s.Aggs[0].Span, "stats needs an aggregate such as count(*)")
	case a.topk != nil && (a.found > 1 || len(s.By) > 0):
		c.Report(a.topk.Span, "topk stands in stats alone, without by and other aggregates")
	}
}

// aggregator resolves the expressions of a stats. What stands in an aggregate is of the rows before; around it there are
// groups and the columns to the left.
type aggregator struct {
	*checker
	before scope
	groups map[string]string // canonical text of a group's expression → its column
	found  int               // aggregates
	topk   *Call
}

func (a *aggregator) resolve(e Expr) Expr {
	call, f := aggregateOf(e)
	if call != nil {
		if a.found++; f.Name == "topk" {
			a.topk = call
		}
		behind := a.scope
		a.scope = a.before
		a.resolveArgs(call, "stands inside of another aggregate")
		a.scope = behind
		return e
	}
	if column, ok := textIn(a.groups, e); ok {
		return &Field{e.Pos(), []Step{{Key: column}}}
	}
	switch e := e.(type) {
	case *Call:
		for i, arg := range e.Args {
			if _, period := arg.(*Duration); !period {
				e.Args[i] = a.resolve(arg)
			}
		}
		if e.Func == "bin" {
			a.field(ptr(timestamp(e.Span)))
		}
	case *Unary:
		e.X = a.resolve(e.X)
	case *Binary:
		e.X = a.resolve(e.X)
		e.Y = a.resolve(e.Y)
	case *Like:
		e.X = a.resolve(e.X)
	case *In:
		e.X = a.resolve(e.X)
		for i := range e.List {
			e.List[i] = a.resolve(e.List[i])
		}
		if e.Query != nil {
			a.subquery(e.Query)
		}
	default:
		return a.checker.resolve(e, "")
	}
	return e
}

// aggregateOf returns the call if an expression is one of an aggregate.
func aggregateOf(e Expr) (*Call, *Function) {
	call, ok := e.(*Call)
	if !ok {
		return nil, nil
	}
	f, ok := FunctionByName(call.Func)
	if !ok || !f.Aggregate {
		return nil, nil
	}
	return call, f
}
