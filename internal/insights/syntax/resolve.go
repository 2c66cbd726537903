package syntax

// value resolves an expression outside of stats' aggregates.
func (c *checker) value(e *Expr) { *e = c.resolve(*e, "stands in stats only") }

func (c *checker) fields(fields []*Field) {
	for i := range fields {
		c.field(&fields[i])
	}
}

func (c *checker) field(f **Field) {
	if !c.scope.has(*f) {
		c.unknown = append(c.unknown, *f)
	}
}

// resolve looks names up in the scope and puts a Field where an expression is the text of a column. What is said of an
// aggregate that is no column is why.
func (c *checker) resolve(e Expr, why string) Expr {
	if column := c.column(e); column != nil {
		return column
	}
	switch e := e.(type) {
	case *Field:
		c.field(&e)
	case *Duration:
		c.Report(e.Span, "unexpected period, one stands in functions such as bin only")
	case *Call:
		c.resolveCall(e, why)
	case *Unary:
		e.X = c.resolve(e.X, why)
	case *Binary:
		e.X = c.resolve(e.X, why)
		e.Y = c.resolve(e.Y, why)
	case *Like:
		e.X = c.resolve(e.X, why)
	case *In:
		e.X = c.resolve(e.X, why)
		for i := range e.List {
			e.List[i] = c.resolve(e.List[i], why)
		}
		if e.Query != nil {
			c.subquery(e.Query)
		}
	}
	return e
}

func (c *checker) resolveCall(call *Call, why string) {
	f, ok := FunctionByName(call.Func)
	if !ok {
		return // reported
	}
	if f.Aggregate {
		c.Report(call.Span, "the aggregate %s %s", f.Name, why)
		return
	}
	if f.Name == "bin" {
		c.field(ptr(timestamp(call.Span)))
	}
	c.resolveArgs(call, why)
}

func ptr[T any](v T) *T { return &v }

// timestamp is the field that bin reads without naming it.
func timestamp(at Span) *Field { return &Field{at, []Step{{Key: "@timestamp"}}} }

func (c *checker) resolveArgs(call *Call, why string) {
	for i, arg := range call.Args {
		if _, period := arg.(*Duration); !period { // checkCall knows where these belong
			call.Args[i] = c.resolve(arg, why)
		}
	}
}

// column is the column of a stats without alias whose expression e is, nil if it is none.
func (c *checker) column(e Expr) Expr {
	if len(c.scope.byText) == 0 || strength(e) == operandStrength && !isCall(e) {
		return nil
	}
	if name, ok := textIn(c.scope.byText, e); ok {
		return &Field{e.Pos(), []Step{{Key: name}}}
	}
	return nil
}

func isCall(e Expr) bool {
	_, ok := e.(*Call)
	return ok
}
