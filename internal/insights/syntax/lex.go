package syntax

import (
	"strings"
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
	_, size := utf8.DecodeRuneInString(p.src[p.pos:])
	p.fail(Span{p.pos, p.pos + size}, "unexpected character '%s': names with other characters than letters, digits, _, @ and . stand in backquotes",
		p.src[p.pos:p.pos+size])
	return kindEOF
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

// scanPath reads a.b, a[0].b, m.`user.id`, @`aws.tag.a:b`.
func (p *parser) scanPath() {
	start := p.pos
	p.scanKey()
	for !p.failed && p.pos < len(p.src) {
		switch next := p.src[p.pos]; {
		case next == '.' && p.keyAt(p.pos+1):
			p.pos++
			p.scanKey()
		case next == '[' && !strings.EqualFold(p.src[start:p.pos], "in") && p.indexAt(p.pos+1):
			p.pos += strings.IndexByte(p.src[p.pos:], ']') + 1
		default:
			return
		}
	}
}

// scanKey reads one key of a path, which may have a backquoted rest behind an "@".
func (p *parser) scanKey() {
	if p.src[p.pos] != '`' {
		for p.pos++; p.pos < len(p.src) && isNameByte(p.src[p.pos]); p.pos++ {
		}
		if p.pos == len(p.src) || p.src[p.pos] != '`' || p.src[p.pos-1] != '@' {
			return
		}
	}
	start := p.pos
	for p.pos++; p.pos < len(p.src); p.pos++ {
		if p.src[p.pos] != '`' {
			continue
		}
		if p.pos+1 < len(p.src) && p.src[p.pos+1] == '`' { // ` itself, written twice
			p.pos++
			continue
		}
		p.pos++
		if p.pos == start+2 {
			p.fail(Span{start, p.pos}, "a name in backquotes is empty")
		}
		return
	}
	p.fail(Span{start, len(p.src)}, "a name in backquotes has no end")
}

func (p *parser) keyAt(i int) bool {
	return i < len(p.src) && (isNameByte(p.src[i]) || p.src[i] == '`')
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

// steps takes the text of a path token apart.
func steps(path string) []Step {
	out := make([]Step, 0, 1+strings.Count(path, "."))
	for path != "" {
		var step Step
		switch path[0] {
		case '.':
			path = path[1:]
			continue
		case '[':
			end := strings.IndexByte(path, ']')
			step.Bracket = true
			for _, digit := range path[1:end] {
				step.Index = 10*step.Index + int(digit-'0')
			}
			path = path[end+1:]
		default:
			step.Key, path = cutKey(path)
		}
		out = append(out, step)
	}
	return out
}

// cutKey takes the first key, without its backquotes, off a path.
func cutKey(path string) (key, rest string) {
	i := 0
	for i < len(path) && isNameByte(path[i]) {
		i++
	}
	if i == len(path) || path[i] != '`' {
		return path[:i], path[i:]
	}
	start := i
	for i++; path[i] != '`' || i+1 < len(path) && path[i+1] == '`'; i++ {
		if path[i] == '`' {
			i++
		}
	}
	return path[:start] + strings.ReplaceAll(path[start+1:i], "``", "`"), path[i+1:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '@'
}

func isNameByte(c byte) bool { return isNameStart(c) || isDigit(c) }
