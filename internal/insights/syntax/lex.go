package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of the text. Punctuation is its own kind, two bytes of it have the kinds below.
type token struct {
	kind       byte
	start, end int
}

const (
	kindEOF      = 0
	kindName     = 'a' // a path with its dots, brackets and backquotes, or a keyword
	kindString   = '"'
	kindNumber   = '0'
	kindDuration = 'd'

	kindNotEqual     = 1
	kindLessEqual    = 2
	kindGreaterEqual = 3
	kindMatch        = 4 // =~
)

// advance reads the next token. A "/" is given as division: where an operand stands the parser reads on with regex.
func (p *parser) advance() {
	p.prevEnd = p.tok.end
	if p.failed {
		return
	}
	p.skipBlanks()
	start := p.pos
	if start == len(p.src) {
		p.tok = token{kindEOF, start, start}
		return
	}
	p.tok = token{p.scan(), start, p.pos}
	if p.failed {
		p.tok = token{kindEOF, start, start}
	}
}

// skipBlanks passes white space and comments.
func (p *parser) skipBlanks() {
	for ; p.pos < len(p.src); p.pos++ {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r', '\f', '\v':
		case '#':
			end := strings.IndexByte(p.src[p.pos:], '\n')
			if end < 0 {
				p.pos = len(p.src)
				return
			}
			p.pos += end
		default:
			return
		}
	}
}

// scan moves pos behind one token and returns its kind.
func (p *parser) scan() byte {
	c := p.src[p.pos]
	switch {
	case isNameStart(c) || c == '`':
		p.scanPath()
		return kindName
	case isDigit(c) || c == '.' && p.digitAt(p.pos+1):
		return p.scanNumber()
	case c == '"' || c == '\'':
		p.scanString(c)
		return kindString
	}
	if p.pos+1 < len(p.src) {
		if kind := pair(c, p.src[p.pos+1]); kind != 0 {
			p.pos += 2
			return kind
		}
	}
	if strings.IndexByte("|,()[]{}:=<>+-*/%^!.", c) >= 0 {
		p.pos++
		return c
	}
	p.strange()
	return kindEOF
}

// strange fails at a character that no token starts with.
func (p *parser) strange() {
	r, size := utf8.DecodeRuneInString(p.src[p.pos:])
	hint := ""
	switch {
	case r == '&':
		hint = `: the operators are "and", "or" and "not"`
	case r == '~':
		hint = `: regular expressions are compared with "like" or "=~"`
	case unicode.IsLetter(r):
		hint = ": names with other characters than letters, digits, _, @ and . stand in backquotes"
	}
	p.fail(Span{p.pos, p.pos + size}, "unexpected character '%c'%s", r, hint)
}

func pair(a, b byte) byte {
	switch {
	case a == '!' && b == '=':
		return kindNotEqual
	case a == '<' && b == '=':
		return kindLessEqual
	case a == '>' && b == '=':
		return kindGreaterEqual
	case a == '=' && b == '~':
		return kindMatch
	}
	return 0
}

func (p *parser) digitAt(i int) bool { return i < len(p.src) && isDigit(p.src[i]) }

// indexAt tells whether digits and a "]" stand at i.
func (p *parser) indexAt(i int) bool {
	start := i
	for p.digitAt(i) {
		i++
	}
	return i > start && i-start <= maxIndexDigits && i < len(p.src) && p.src[i] == ']'
}

// scanNumber reads a number or, with letters behind it, a duration. Signs are left to the parser.
func (p *parser) scanNumber() byte {
	start := p.pos
	for p.digitAt(p.pos) {
		p.pos++
	}
	whole := true
	if p.pos < len(p.src) && p.src[p.pos] == '.' && p.digitAt(p.pos+1) {
		whole = false
		for p.pos++; p.digitAt(p.pos); p.pos++ {
		}
	}
	unit := p.pos
	for p.pos < len(p.src) && isNameByte(p.src[p.pos]) {
		p.pos++
	}
	if unit == p.pos {
		return kindNumber
	}
	if _, ok := unitByName(p.src[unit:p.pos]); !ok {
		p.fail(Span{start, p.pos}, "'%s' is neither a number nor a period such as 5m: units are ms, s, m, h, d, w, mo, q, y and their long names",
			p.src[start:p.pos])
	} else if !whole || unit-start > maxPeriodDigits {
		p.fail(Span{start, p.pos}, "the period '%s' is not a whole number of up to %d digits", p.src[start:p.pos], maxPeriodDigits)
	}
	return kindDuration
}

func (p *parser) scanString(quote byte) {
	start := p.pos
	for p.pos++; p.pos < len(p.src); p.pos++ {
		switch p.src[p.pos] {
		case '\\':
			p.pos++
		case quote:
			p.pos++
			return
		}
	}
	p.pos = len(p.src)
	p.fail(Span{start, p.pos}, "the string has no closing %c", quote)
}

// unescape gives the text of a string token. A backslash escapes quotes and itself; \n, \t and \r are the control characters;
// before anything else it stands for itself, so that globs and regular expressions in strings keep theirs.
func unescape(quoted string) string {
	text := quoted[1 : len(quoted)-1]
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			i++
			switch next := text[i]; next {
			case '\\', '"', '\'':
				c = next
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'r':
				c = '\r'
			default:
				out.WriteByte('\\')
				c = next
			}
		}
		out.WriteByte(c)
	}
	return out.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '@'
}

func isNameByte(c byte) bool { return isNameStart(c) || isDigit(c) }
