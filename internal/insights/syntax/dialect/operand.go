package dialect

import (
	"strconv"
	"strings"

	"tailrace/internal/insights/syntax"
)

// Ident reads a name of one key.
func (r *Reader) Ident(what string) syntax.Name {
	name := syntax.Name{Span: r.Here(), Text: ""}
	if r.Kind != Name {
		r.Unexpected(what)
		return name
	}
	name.Text = r.Text()
	r.Advance()
	return name
}

// Field reads the path of a field.
func (r *Reader) Field() *syntax.Field {
	start := r.Start
	field := &syntax.Field{Path: []syntax.Step{{Key: r.Ident("the name of a field").Text}}}
	for !r.Failed {
		switch {
		case r.Take("."):
			if r.Kind == Number && !strings.Contains(r.Text(), ".") {
				field.Path = append(field.Path, syntax.Step{Key: r.Text()})
				r.Advance()
				continue
			}
			field.Path = append(field.Path, syntax.Step{Key: r.Ident("the name of a field").Text})
		case r.Is("[") && r.Start == r.Last:
			r.Advance()
			field.Path = append(field.Path, syntax.Step{Bracket: true, Index: r.Int(0, 999_999)})
			r.Expect("]")
		default:
			field.Span = r.Since(start)
			if len(field.Path) > 1 && r.Qualifier != "" && strings.EqualFold(field.Path[0].Key, r.Qualifier) {
				field.Path = field.Path[1:]
			}
			return field
		}
	}
	return field
}

// Int reads a whole number.
func (r *Reader) Int(least, most int) int {
	n, err := strconv.Atoi(r.Src[r.Start:r.End])
	if r.Kind != Number || err != nil || n < least || n > most {
		r.Unexpected("a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most))
		return least
	}
	r.Advance()
	return n
}

// Str reads a string.
func (r *Reader) Str(what string) *syntax.String {
	at := r.Here()
	if r.Kind != String {
		r.Unexpected(what)
		return &syntax.String{Span: at}
	}
	s := &syntax.String{Span: at, Value: unquote(r.Src[r.Start:r.End])}
	r.Advance()
	return s
}

// unquote takes quotes and escapes off: \n, \t, \r, quotes behind a backslash or written twice, \\; other backslashes stay,
// for regular expressions and LIKE.
func unquote(quoted string) string {
	quote, text := quoted[0], quoted[1:len(quoted)-1]
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == quote { // written twice
			i++
		}
		if c != '\\' || i+1 == len(text) {
			out.WriteByte(c)
			continue
		}
		i++
		if at := strings.IndexByte(`\"'ntr`, text[i]); at >= 0 {
			out.WriteByte("\\\"'\n\t\r"[at])
			continue
		}
		out.WriteString(text[i-1 : i+1])
	}
	return out.String()
}

const wantOperand = "a value, a field, a function or '('"

func (r *Reader) operand() syntax.Expr {
	at := r.Here()
	switch {
	case r.Kind == Number:
		n := &syntax.Number{Span: at, Text: r.Text()}
		r.Advance()
		return n
	case r.Kind == String:
		return r.Str("")
	case r.Kind == Name:
		return r.named(at)
	case r.Take("("):
		if r.At("select") {
			r.Refuse(r.Here(), "a subquery")
		}
		if !r.Enter() {
			return &syntax.Bool{}
		}
		x := r.Expr()
		r.Leave()
		r.Expect(")")
		return x
	}
	r.Unexpected(wantOperand)
	return &syntax.Bool{Span: at}
}

// named reads what starts with a word.
func (r *Reader) named(at syntax.Span) syntax.Expr {
	for _, word := range []string{"and", "or", "not", "in", "like", "is", "between", "from", "where", "group", "order", "by", "as", "then", "else", "end", "when"} {
		if r.At(word) && !(word == "like" && r.followedBy("(")) {
			r.Unexpected(wantOperand + " (a field of this name stands in backquotes)")
			return &syntax.Bool{Span: at}
		}
	}
	switch {
	case r.At("true"), r.At("false"):
		b := &syntax.Bool{Span: at, Value: r.At("true")}
		r.Advance()
		return b
	case r.At("null"):
		r.Refuse(at, "the literal null")
	case r.At("case") && !r.followedBy("("):
		return r.caseWhen()
	case r.At("cast") && r.followedBy("("):
		return r.cast()
	case r.At("interval"):
		r.Refuse(at, "interval")
	case r.followedBy("("):
		return r.call()
	}
	return r.Field()
}

// followedBy tells whether punctuation stands behind the token to read.
func (r *Reader) followedBy(punctuation string) bool {
	return strings.HasPrefix(r.Src[r.blanks(r.End):], punctuation)
}

// caseWhen reads CASE [x] WHEN a THEN b … [ELSE c] END.
func (r *Reader) caseWhen() syntax.Expr {
	start := r.Start
	r.Advance()
	call := &syntax.Call{Func: "case"}
	if !r.Enter() {
		return call
	}
	var subject syntax.Expr
	if !r.At("when") {
		subject = r.Expr()
		r.twice(subject)
	}
	for r.Take("when") {
		condition := r.Expr()
		if subject != nil {
			condition = &syntax.Binary{Span: condition.Pos(), Op: syntax.Equal, X: subject, Y: condition}
		}
		r.Expect("then")
		call.Args = append(call.Args, condition, r.Expr())
	}
	if r.Take("else") {
		call.Args = append(call.Args, r.Expr())
	}
	r.Expect("end")
	r.Leave()
	call.Span = r.Since(start)
	r.check(call)
	return call
}

var castTargets = map[string]string{
	"int": "toInt", "integer": "toInt", "long": "toLong", "bigint": "toLong", "double": "toDouble", "float": "toDouble",
	"string": "concat",
}

// cast reads CAST(x AS type).
func (r *Reader) cast() syntax.Expr {
	start := r.Start
	r.Advance()
	r.Advance()
	if !r.Enter() {
		return &syntax.Bool{}
	}
	x := r.Expr()
	r.Expect("as")
	at := r.Here()
	target := r.Ident("a type").Text
	function, ok := castTargets[strings.ToLower(target)]
	if !ok && !r.Failed {
		r.Refuse(at, "the type "+target)
	}
	r.Leave()
	r.Expect(")")
	return &syntax.Call{Span: r.Since(start), Func: function, Args: []syntax.Expr{x}}
}
