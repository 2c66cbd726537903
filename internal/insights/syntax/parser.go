package syntax

import "strings"

// Parse reads a query of Logs Insights and checks what its text alone can tell. The error is an Errors.
func Parse(text string) (*Query, error) {
	p := &parser{src: text}
	if !p.CheckText(text) {
		return nil, p.Err(text)
	}
	p.advance()
	query := p.query()
	if p.tok.kind != kindEOF {
		p.unexpected(`"|" and a command, or the end`)
	}
	if len(p.list) == 0 {
		check(query, &p.Diagnostics, true)
	}
	if err := p.Err(text); err != nil {
		return nil, err
	}
	return query, nil
}

// parser reads one text by recursive descent. tok is the token to read next. After a failure every token is the end of the
// text, so that all methods come back soon; a stage then goes on behind the next "|".
type parser struct {
	src     string
	pos     int // behind tok
	tok     token
	prevEnd int // where the token before tok ended
	Diagnostics
	failed     bool
	failedIn   int // subqueries around the failure
	depth      int
	subqueries int // parentheses with a query that are open
	stages     int
}

func (p *parser) fail(at Span, format string, args ...any) {
	if !p.failed {
		p.Report(at, format, args...)
		p.failed, p.failedIn = true, p.subqueries
		p.tok = token{kindEOF, at.Start, at.Start}
	}
}

// unexpected fails at the token to read.
func (p *parser) unexpected(expected string) {
	p.fail(p.here(), "unexpected %s, expected %s", p.shown(), expected)
}

// shown is the token to read, for messages.
func (p *parser) shown() string {
	if p.tok.kind == kindEOF {
		return "'<EOF>'"
	}
	return "'" + shorten(p.text()) + "'"
}

// shorten keeps long literals out of messages.
func shorten(text string) string {
	const most = 40
	count := 0
	for i := range text {
		if count++; count > most {
			return text[:i] + "…"
		}
	}
	return text
}

func (p *parser) here() Span { return Span{p.tok.start, p.tok.end} }

// since is the span from a byte to the end of the last token read.
func (p *parser) since(start int) Span { return Span{start, max(start, p.prevEnd)} }

func (p *parser) text() string { return p.src[p.tok.start:p.tok.end] }

// at tells whether the token to read is a keyword.
func (p *parser) at(keyword string) bool {
	return p.tok.kind == kindName && strings.EqualFold(p.text(), keyword)
}

// take reads a keyword if it is next.
func (p *parser) take(keyword string) bool {
	ok := p.at(keyword)
	if ok {
		p.advance()
	}
	return ok
}

func (p *parser) expect(keyword string) {
	if !p.take(keyword) {
		p.unexpected(`"` + keyword + `"`)
	}
}

// takeKind reads a token of a kind if it is next.
func (p *parser) takeKind(kind byte) bool {
	ok := p.tok.kind == kind
	if ok {
		p.advance()
	}
	return ok
}

func (p *parser) expectKind(kind byte) {
	if !p.takeKind(kind) {
		p.unexpected(`"` + string(kind) + `"`)
	}
}

// enter counts a level of nesting; its counterpart is leave.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.here(), "more than %d levels of nesting", maxDepth)
	}
	return !p.failed
}

func (p *parser) leave() { p.depth-- }

// commas reads one element or more.
func commas[T any](p *parser, element func() T) []T {
	list := []T{element()}
	for p.takeKind(',') {
		list = append(list, element())
	}
	return list
}

// name reads a name as it stands; what it is for is said if there is none.
func (p *parser) name(what string) Name {
	at := p.here()
	if p.tok.kind != kindName {
		p.unexpected(what)
		return Name{Span: at}
	}
	name := Name{at, (&Field{Path: steps(p.text())}).Name()}
	p.advance()
	return name
}

// as reads an alias behind "as".
func (p *parser) as() Name {
	p.expect("as")
	return p.name(`a name behind "as"`)
}

// field reads a field where no other expression may stand.
func (p *parser) field() *Field {
	at := p.here()
	if p.tok.kind != kindName {
		p.unexpected("the name of a field")
		return &Field{Span: at}
	}
	field := &Field{at, steps(p.text())}
	p.advance()
	return field
}

func (p *parser) string(what string) *String {
	at := p.here()
	if p.tok.kind != kindString {
		p.unexpected(what)
		return &String{Span: at}
	}
	s := &String{at, unescape(p.text())}
	p.advance()
	return s
}

func (p *parser) period() *Duration {
	at := p.here()
	if p.tok.kind != kindDuration {
		p.unexpected("a period such as 5m")
		return &Duration{Span: at}
	}
	return p.duration()
}

// integer reads digits, from least to most.
func (p *parser) integer(what string, least, most int) int {
	at, text := p.here(), p.text()
	if p.tok.kind != kindNumber {
		p.unexpected(what)
		return 0
	}
	n := 0
	for _, digit := range text {
		if n = 10*n + int(digit-'0'); digit == '.' || n > most {
			n = most + 1
			break
		}
	}
	if n < least || n > most {
		p.fail(at, "'%s' is not %s: a whole number from %d to %d", shorten(text), what, least, most)
	}
	p.advance()
	return n
}

// option reads "key=" if the token to read is that key and "=" stands behind it.
func (p *parser) option(key string) bool {
	if !p.at(key) || !p.behindName('=') {
		return false
	}
	p.advance()
	p.expectKind('=')
	return true
}

// behindName tells whether c stands behind the token to read and the blanks there.
func (p *parser) behindName(c byte) bool {
	pos := p.pos
	p.skipBlanks()
	found := p.pos < len(p.src) && p.src[p.pos] == c
	p.pos = pos
	return found
}

func (p *parser) boolean() bool {
	value := p.at("true")
	if !value && !p.at("false") {
		p.unexpected("true or false")
		return false
	}
	p.advance()
	return value
}
