package dialect

import (
	"regexp"
	"strings"

	"tailrace/internal/insights/syntax"
)

// Expr reads an expression: OR, AND, NOT, comparisons with LIKE, IN, BETWEEN and IS NULL, sums, products, signs.
func (r *Reader) Expr() syntax.Expr {
	start := r.Start
	x := r.conjunction()
	for r.Take("or") {
		y := r.conjunction()
		x = &syntax.Binary{Span: r.Since(start), Op: syntax.Or, X: x, Y: y}
	}
	if r.At("xor") {
		r.Refuse(r.Here(), "xor")
	}
	return x
}

func (r *Reader) conjunction() syntax.Expr {
	start := r.Start
	x := r.negation()
	for r.Take("and") {
		y := r.negation()
		x = &syntax.Binary{Span: r.Since(start), Op: syntax.And, X: x, Y: y}
	}
	return x
}

func (r *Reader) negation() syntax.Expr {
	start := r.Start
	if !r.Take("not") {
		return r.comparison()
	}
	if !r.Enter() {
		return &syntax.Bool{}
	}
	x := r.negation()
	r.Leave()
	return r.negate(r.Since(start), x)
}

var comparisons = []struct {
	token string
	op    syntax.Op
}{
	{"=", syntax.Equal},
	{"==", syntax.Equal},
	{"!=", syntax.NotEqual},
	{"<>", syntax.NotEqual},
	{"<=", syntax.LessEqual},
	{"<", syntax.Less},
	{">=", syntax.GreaterEqual},
	{">", syntax.Greater},
}

func (r *Reader) comparison() syntax.Expr {
	start := r.Start
	x := r.sum()
	for _, c := range comparisons {
		if r.Take(c.token) {
			y := r.sum()
			return &syntax.Binary{Span: r.Since(start), Op: c.op, X: x, Y: y}
		}
	}
	if r.Take("is") {
		not := r.Take("not")
		r.Expect("null")
		present := &syntax.Call{Span: r.Since(start), Func: "ispresent", Args: []syntax.Expr{x}}
		if not {
			return present
		}
		return r.negate(present.Span, present)
	}
	return r.predicate(x, start, r.Take("not"))
}

// predicate reads LIKE, RLIKE, IN and BETWEEN.
func (r *Reader) predicate(x syntax.Expr, start int, not bool) syntax.Expr {
	var e syntax.Expr
	switch {
	case r.Take("like"):
		pattern := likePattern(r.Str("a string behind LIKE"))
		e = &syntax.Like{Span: r.Since(start), X: x, Pattern: pattern}
	case r.Language == "SQL" && (r.Take("rlike") || r.Take("regexp")):
		s := r.Str("a string with a regular expression")
		e = &syntax.Like{Span: r.Since(start), X: x, Pattern: r.Regex(s)}
	case r.Take("in"):
		e = r.set(x, start)
	case r.Take("between"):
		r.twice(x)
		low := r.sum()
		r.Expect("and")
		high := r.sum()
		at := r.Since(start)
		e = &syntax.Binary{
			Span: at, Op: syntax.And,
			X: &syntax.Binary{Span: at, Op: syntax.GreaterEqual, X: x, Y: low},
			Y: &syntax.Binary{Span: at, Op: syntax.LessEqual, X: x, Y: high},
		}
	case not:
		r.Unexpected("LIKE, IN or BETWEEN behind NOT")
		return x
	default:
		return x
	}
	if not {
		return r.negate(r.Since(start), e)
	}
	return e
}

// set reads the values of IN.
func (r *Reader) set(x syntax.Expr, start int) syntax.Expr {
	if r.Is("[") {
		r.Refuse(r.Here(), "a subquery")
	}
	r.Expect("(")
	if r.At("select") {
		r.Refuse(r.Here(), "a subquery")
	}
	list := List(r, r.sum)
	r.Expect(")")
	return &syntax.In{Span: r.Since(start), X: x, List: list}
}

// Regex makes a regular expression of a string.
func (r *Reader) Regex(s *syntax.String) *syntax.Regex {
	if _, err := regexp.Compile(s.Value); err != nil {
		r.Fail(s.Span, "invalid regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return &syntax.Regex{Span: s.Span, Source: s.Value}
}

// likePattern turns the wildcards % and _ into what the tree has. A text between two % is a substring.
func likePattern(s *syntax.String) syntax.Expr {
	if inner, ok := strings.CutPrefix(s.Value, "%"); ok {
		if inner, ok := strings.CutSuffix(inner, "%"); ok && inner != "" && !strings.ContainsAny(inner, `%_\`) {
			return &syntax.String{Span: s.Span, Value: inner}
		}
	}
	var source strings.Builder
	source.WriteString("(?s)^")
	for i, runes := 0, []rune(s.Value); i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '\\' && i+1 < len(runes) && strings.ContainsRune(`%_\`, runes[i+1]):
			i++
			source.WriteString(regexp.QuoteMeta(string(runes[i])))
		case c == '%':
			source.WriteString(".*")
		case c == '_':
			source.WriteString(".")
		default:
			source.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return &syntax.Regex{Span: s.Span, Source: source.String() + "$"}
}

func (r *Reader) sum() syntax.Expr {
	start := r.Start
	x := r.product()
	for r.Is("+") || r.Is("-") {
		op := syntax.Op(r.Text())
		r.Advance()
		y := r.product()
		x = &syntax.Binary{Span: r.Since(start), Op: op, X: x, Y: y}
	}
	if r.Is("||") {
		r.Refuse(r.Here(), "the operator ||")
	}
	return x
}

func (r *Reader) product() syntax.Expr {
	start := r.Start
	x := r.signed()
	for r.Is("*") || r.Is("/") || r.Is("%") {
		op := syntax.Op(r.Text())
		r.Advance()
		y := r.signed()
		x = &syntax.Binary{Span: r.Since(start), Op: op, X: x, Y: y}
	}
	return x
}

func (r *Reader) signed() syntax.Expr {
	start := r.Start
	if !r.Take("-") {
		return r.operand()
	}
	if r.Kind == Number {
		n := &syntax.Number{Text: "-" + r.Text()}
		r.Advance()
		n.Span = r.Since(start)
		return n
	}
	if !r.Enter() {
		return &syntax.Bool{}
	}
	x := r.signed()
	r.Leave()
	return &syntax.Unary{Span: r.Since(start), Op: syntax.Neg, X: x}
}
