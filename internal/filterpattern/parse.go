package filterpattern

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parser reads one pattern. Its methods move pos past what they read and return a *SyntaxError otherwise.
type parser struct {
	src       string
	pos       int
	depth     int
	terms     int
	regexes   int
	wildcards int
}

func parse(src string) (form, error) {
	p := &parser{src: src}
	if err := p.checkText(); err != nil {
		return nil, err
	}
	switch p.blanks(); p.peek() {
	case '{':
		return p.object()
	case '[':
		return p.fields()
	}
	return p.termList()
}

func (p *parser) checkText() error {
	characters := 0
	for i, r := range p.src {
		if characters++; characters > MaxLength {
			return p.failAt(i, "longer than %d characters", MaxLength)
		}
		if r == utf8.RuneError && !strings.HasPrefix(p.src[i:], string(utf8.RuneError)) {
			return p.failAt(i, "not UTF-8")
		}
	}
	return nil
}

func (p *parser) failAt(offset int, format string, args ...any) error {
	return &SyntaxError{Pattern: p.src, Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

func (p *parser) fail(format string, args ...any) error { return p.failAt(p.pos, format, args...) }

func (p *parser) atEnd() bool { return p.pos == len(p.src) }

// peek returns the next byte, 0 at the end. No form has a use for the character 0 itself.
func (p *parser) peek() byte {
	if p.atEnd() {
		return 0
	}
	return p.src[p.pos]
}

func (p *parser) blanks() {
	for isBlank(p.peek()) {
		p.pos++
	}
}

// take reads token if it stands next.
func (p *parser) take(token string) bool {
	if !strings.HasPrefix(p.src[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

// run reads the longest run of bytes of a class, perhaps none.
func (p *parser) run(class func(byte) bool) string {
	start := p.pos
	for !p.atEnd() && class(p.src[p.pos]) {
		p.pos++
	}
	return p.src[start:p.pos]
}

// quoted reads a string in the quote that stands next; a backslash escapes that quote and nothing else.
func (p *parser) quoted() (string, error) {
	start, quote := p.pos, p.src[p.pos]
	var text strings.Builder
	for p.pos++; !p.atEnd(); p.pos++ {
		c := p.src[p.pos]
		switch {
		case c == quote:
			p.pos++
			return text.String(), nil
		case c == '\\' && strings.HasPrefix(p.src[p.pos+1:], string(quote)):
			p.pos++
			c = quote
		}
		text.WriteByte(c)
	}
	return "", p.failAt(start, "quote without end")
}

// quote prints what quoted reads.
func quote(text string, quote byte) string {
	q := string(quote)
	return q + strings.ReplaceAll(text, q, `\`+q) + q
}

// countTerm counts a term, condition or field against the bound of a pattern.
func (p *parser) countTerm() error {
	if p.terms++; p.terms > maxTerms {
		return p.fail("more than %d terms", maxTerms)
	}
	return nil
}

func isBlank(c byte) bool { return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r') }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func isName(c byte) bool { return isWord(c) || c == '-' }
