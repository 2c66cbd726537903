package syntax

// Strengths of operators, the stronger the higher.
const (
	anyStrength = iota
	andStrength
	notStrength
	comparisonStrength
	sumStrength
	productStrength
	powerStrength
	signStrength
	operandStrength
)

var strengths = map[Op]int{
	Or: anyStrength, And: andStrength,
	Equal: comparisonStrength, NotEqual: comparisonStrength, Less: comparisonStrength,
	LessEqual: comparisonStrength, Greater: comparisonStrength, GreaterEqual: comparisonStrength,
	Add: sumStrength, Sub: sumStrength, Mul: productStrength, Div: productStrength, Mod: productStrength, Pow: powerStrength,
}

func strength(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		return strengths[e.Op]
	case *Unary:
		if e.Op == Not {
			return notStrength
		}
		return signStrength
	case *Like, *In:
		return comparisonStrength
	}
	return operandStrength
}

func (w *printer) expr(e Expr) { w.operand(e, anyStrength) }

// operand writes an expression, in parentheses if it is weaker than its place asks for.
func (w *printer) operand(e Expr, least int) {
	if w.most > 0 && len(w.out) > w.most {
		return
	}
	if strength(e) < least {
		w.text("(")
		defer w.text(")")
	}
	switch e := e.(type) {
	case *String:
		w.quote(e.Value)
	case *Number:
		w.text(e.Text)
	case *Bool:
		w.text(map[bool]string{true: "true", false: "false"}[e.Value])
	case *Duration:
		w.period(e)
	case *Regex:
		w.regex(e)
	case *Field:
		w.field(e)
	case *Call:
		w.call(e)
	case *Unary:
		w.unary(e)
	case *Binary:
		w.binary(e)
	case *Like:
		w.like(e)
	case *In:
		w.in(e)
	}
}

func (w *printer) call(c *Call) {
	w.text(c.Func, "(")
	if c.Star {
		w.text("*")
	}
	list(w, c.Args, w.expr)
	w.text(")")
}

func (w *printer) unary(u *Unary) {
	if u.Op == Not {
		w.text("not ")
		w.operand(u.X, notStrength)
		return
	}
	w.text("-")
	if n, ok := u.X.(*Number); ok && n.Text[0] != '-' { // else the sign would become part of it
		w.text("(")
		defer w.text(")")
	}
	w.operand(u.X, signStrength)
}

func (w *printer) binary(b *Binary) {
	left := strengths[b.Op]
	right := left + 1
	switch left {
	case comparisonStrength: // these do not chain
		left++
	case powerStrength: // from the right
		left, right = left+1, left
	}
	w.operand(b.X, left)
	w.text(" ", string(b.Op), " ")
	w.operand(b.Y, right)
}

func (w *printer) like(l *Like) {
	w.operand(l.X, sumStrength)
	if l.Not {
		w.word("not")
	}
	w.text(" like ")
	w.expr(l.Pattern)
}

func (w *printer) in(in *In) {
	w.operand(in.X, sumStrength)
	if in.Not {
		w.word("not")
	}
	w.text(" in ")
	if in.Query != nil {
		w.subquery(in.Query)
		return
	}
	w.text("[")
	list(w, in.List, func(e Expr) { w.operand(e, sumStrength) })
	w.text("]")
}
