package syntax

import "strings"

// expr reads an expression. Operators by strength: or, and, not, comparisons (which do not chain), + and -, *, / and %, ^
// (from the right), signs (cloudwatch-logs.md §16.1).
func (p *parser) expr() Expr {
	start := p.tok.start
	x := p.conjunction()
	for p.take("or") {
		y := p.conjunction()
		x = &Binary{p.since(start), Or, x, y}
	}
	return x
}

func (p *parser) conjunction() Expr {
	start := p.tok.start
	x := p.negation()
	for p.take("and") {
		y := p.negation()
		x = &Binary{p.since(start), And, x, y}
	}
	return x
}

func (p *parser) negation() Expr {
	start := p.tok.start
	if !p.take("not") && !p.takeKind('!') {
		return p.comparison()
	}
	if !p.enter() {
		return &Bool{}
	}
	x := p.negation()
	p.leave()
	return &Unary{p.since(start), Not, x}
}

func (p *parser) comparison() Expr {
	start := p.tok.start
	x := p.sum()
	if op := comparisonOf(p.tok.kind); op != "" {
		p.advance()
		p.noDoubleEqual(op)
		y := p.sum()
		return &Binary{p.since(start), op, x, y}
	}
	if p.takeKind(kindMatch) {
		pattern := p.regex()
		return &Like{p.since(start), x, false, pattern}
	}
	not := p.take("not")
	switch {
	case p.take("like"):
		pattern := p.likePattern()
		return &Like{p.since(start), x, not, pattern}
	case p.take("in"):
		return p.set(x, start, not)
	case not:
		p.unexpected(`"like" or "in" behind "not"`)
	}
	return x
}

func comparisonOf(kind byte) Op {
	switch kind {
	case '=':
		return Equal
	case kindNotEqual:
		return NotEqual
	case '<':
		return Less
	case kindLessEqual:
		return LessEqual
	case '>':
		return Greater
	case kindGreaterEqual:
		return GreaterEqual
	}
	return ""
}

// noDoubleEqual says what == and <> are here.
func (p *parser) noDoubleEqual(op Op) {
	switch {
	case p.tok.kind == '=' && op == Equal:
		p.fail(Span{p.prevEnd - 1, p.tok.end}, "unexpected '==', equality is '='")
	case p.tok.kind == '>' && op == Less:
		p.fail(Span{p.prevEnd - 1, p.tok.end}, "unexpected '<>', inequality is '!='")
	}
}

func (p *parser) likePattern() Expr {
	if p.tok.kind == '/' {
		return p.regex()
	}
	return p.string(`a string or a regular expression in slashes behind "like"`)
}

// set reads what stands behind "in": a list in brackets or a subquery.
func (p *parser) set(x Expr, start int, not bool) Expr {
	if p.tok.kind == '(' {
		if !p.queryInParentheses() {
			p.unexpected(`"[" and a list of values, or a subquery in parentheses, behind "in"`)
		}
		query := p.subquery()
		return &In{Span: p.since(start), X: x, Not: not, Query: query}
	}
	if !p.takeKind('[') {
		p.unexpected(`"[" and a list of values, or a subquery in parentheses, behind "in"`)
	}
	list := commas(p, p.sum)
	p.expectKind(']')
	return &In{Span: p.since(start), X: x, Not: not, List: list}
}

// queryInParentheses tells ( SOURCE … and ( fields … from a list of values, which stands in brackets.
func (p *parser) queryInParentheses() bool {
	pos, tok, prevEnd := p.pos, p.tok, p.prevEnd
	p.advance()
	_, command := CommandByName(p.text())
	ok := !p.failed && p.tok.kind == kindName && (command || p.at("source")) && !p.behindName(',') && !p.behindName(')')
	if p.failed { // at the first token inside: the caller fails at the parenthesis
		p.failed = false
		p.list = p.list[:len(p.list)-1]
	}
	p.pos, p.tok, p.prevEnd = pos, tok, prevEnd
	return ok
}

func (p *parser) sum() Expr {
	start := p.tok.start
	x := p.product()
	for p.tok.kind == '+' || p.tok.kind == '-' {
		op := Op(p.text())
		p.advance()
		y := p.product()
		x = &Binary{p.since(start), op, x, y}
	}
	return x
}

func (p *parser) product() Expr {
	start := p.tok.start
	x := p.power()
	for p.tok.kind == '*' || p.tok.kind == '/' || p.tok.kind == '%' {
		op := Op(p.text())
		p.advance()
		y := p.power()
		x = &Binary{p.since(start), op, x, y}
	}
	return x
}

func (p *parser) power() Expr {
	start := p.tok.start
	x := p.signed()
	if p.tok.kind != '^' {
		return x
	}
	p.advance()
	if !p.enter() {
		return x
	}
	y := p.power()
	p.leave()
	return &Binary{p.since(start), Pow, x, y}
}

func (p *parser) signed() Expr {
	start := p.tok.start
	if !p.takeKind('-') {
		return p.operand()
	}
	if p.tok.kind == kindNumber {
		n := &Number{Text: "-" + p.text()}
		p.advance()
		n.Span = p.since(start)
		return n
	}
	if !p.enter() {
		return &Bool{}
	}
	x := p.signed()
	p.leave()
	return &Unary{p.since(start), Neg, x}
}

const wantExpr = "a value, a field, a function or '('"

func (p *parser) operand() Expr {
	at := p.here()
	switch p.tok.kind {
	case kindName:
		return p.fieldOrCall()
	case kindNumber:
		n := &Number{at, p.text()}
		p.advance()
		return n
	case kindString:
		return p.string("a string")
	case kindDuration:
		return p.duration()
	case '/':
		p.fail(at, "unexpected '/': a regular expression stands behind \"like\", \"=~\" or \"parse\" only")
	case '(':
		p.advance()
		if !p.enter() {
			return &Bool{}
		}
		x := p.expr()
		p.leave()
		p.expectKind(')')
		return x
	}
	p.unexpected(wantExpr)
	return &Bool{Span: at}
}

// duration reads the token that scan found to be one.
func (p *parser) duration() *Duration {
	at, text := p.here(), p.text()
	var count int64
	i := 0
	for ; isDigit(text[i]); i++ {
		count = 10*count + int64(text[i]-'0')
	}
	unit, _ := unitByName(text[i:])
	p.advance()
	return &Duration{at, count, unit}
}

func (p *parser) fieldOrCall() Expr {
	at, text := p.here(), p.text()
	switch strings.ToLower(text) {
	case "and", "or", "not", "in", "like", "as":
		p.unexpected(wantExpr + " (a field of this name stands in backquotes)")
		return &Bool{Span: at}
	case "true", "false":
		p.advance()
		return &Bool{at, strings.EqualFold(text, "true")}
	}
	p.advance()
	if p.tok.kind == '(' {
		return p.call(at)
	}
	return &Field{at, steps(text)}
}

// call reads the arguments of the function that stands at a place.
func (p *parser) call(at Span) Expr {
	name := p.src[at.Start:at.End]
	call := &Call{Func: name}
	function, known := FunctionByName(name)
	if known {
		call.Func = function.Name
	}
	p.advance()
	if !p.enter() {
		return call
	}
	switch {
	case p.tok.kind == '*':
		call.Star = true
		p.advance()
	case p.tok.kind != ')':
		call.Args = commas(p, p.expr)
	}
	p.leave()
	p.expectKind(')')
	call.Span = p.since(at.Start)
	if p.failed {
		return call
	}
	if !known {
		p.Report(at, "unknown function '%s'%s", shorten(name), didYouMean(Nearest(name, functionNames), "; did you mean %s?"))
		return call
	}
	checkCall(call, function, &p.Diagnostics)
	return call
}
