package dialect

import (
	"strings"
	"unicode/utf8"

	"tailrace/internal/insights/syntax"
)

// Kind is what a token is. Punctuation is its own first byte.
type Kind byte

// The kinds of tokens that are no punctuation.
const (
	EOF    Kind = 0
	Name   Kind = 'a' // one key, bare or in backquotes
	String Kind = '"'
	Number Kind = '0'
	Pair   Kind = 1 // != <> <= >= == ||
)

const maxDepth = 100

// Reader reads the tokens of one text by recursive descent. After a failure every token is the end.
type Reader struct {
	syntax.Diagnostics
	Language  string // PPL or SQL, for messages
	Src       string
	Kind      Kind // of the token to read
	Start     int  // where it starts
	End       int  // and ends
	Last      int  // where the one before it ended
	Failed    bool
	Qualifier string // the alias of the table, left out of paths
	Comment   string // what starts a comment to the end of the line, beside /* */
	depth     int
}

// Open starts at the first token. It fails if the text is none.
func (r *Reader) Open() {
	if !r.CheckText(r.Src) {
		r.Failed = true
		return
	}
	r.Advance()
}

// Text is the token to read, without backquotes if it is a name.
func (r *Reader) Text() string {
	text := r.Src[r.Start:r.End]
	if r.Kind == Name && text[0] == '`' {
		return strings.ReplaceAll(text[1:len(text)-1], "``", "`")
	}
	return text
}

// Here is the place of the token to read.
func (r *Reader) Here() syntax.Span { return syntax.Span{Start: r.Start, End: r.End} }

// Since is the span from a byte to the end of the token before.
func (r *Reader) Since(start int) syntax.Span {
	return syntax.Span{Start: start, End: max(start, r.Last)}
}

// Fail reports an error and ends reading.
func (r *Reader) Fail(at syntax.Span, format string, args ...any) {
	if !r.Failed {
		r.Report(at, format, args...)
		r.Failed = true
		r.Kind, r.Start, r.End = EOF, at.Start, at.Start
	}
}

// Unexpected fails at the token to read.
func (r *Reader) Unexpected(expected string) {
	shown := "'<EOF>'"
	if r.Kind != EOF {
		shown = "'" + r.Src[r.Start:min(r.End, r.Start+40)] + "'"
	}
	r.Fail(r.Here(), "unexpected %s, expected %s", shown, expected)
}

// Refuse fails at something that the language has and this package does not read.
func (r *Reader) Refuse(at syntax.Span, what string) {
	r.Fail(at, "%s of %s is not supported", what, r.Language)
}

// At tells whether a bare word is to be read.
func (r *Reader) At(word string) bool {
	return r.Kind == Name && strings.EqualFold(r.Src[r.Start:r.End], word)
}

// Is tells whether punctuation is to be read.
func (r *Reader) Is(punctuation string) bool {
	return r.Kind != Name && r.Kind != String && r.Src[r.Start:r.End] == punctuation && r.Kind != EOF
}

// Take reads a word or punctuation if it is next.
func (r *Reader) Take(what string) bool {
	ok := r.At(what) || r.Is(what)
	if ok {
		r.Advance()
	}
	return ok
}

// Expect reads a word or punctuation.
func (r *Reader) Expect(what string) {
	if !r.Take(what) {
		r.Unexpected(`"` + what + `"`)
	}
}

// Enter counts a level of nesting, Leave ends it.
func (r *Reader) Enter() bool {
	if r.depth++; r.depth > maxDepth {
		r.Fail(r.Here(), "more than %d levels of nesting", maxDepth)
	}
	return !r.Failed
}

// Leave is the counterpart of Enter.
func (r *Reader) Leave() { r.depth-- }

// List reads one element or more, with commas.
func List[T any](r *Reader, element func() T) []T {
	list := []T{element()}
	for r.Take(",") {
		list = append(list, element())
	}
	return list
}

// Advance reads the next token.
func (r *Reader) Advance() {
	r.Last = r.End
	if r.Failed {
		return
	}
	pos := r.blanks(r.End)
	r.Start, r.End = pos, pos
	if pos == len(r.Src) {
		r.Kind = EOF
		return
	}
	r.scan(r.Src[pos])
}

func (r *Reader) blanks(pos int) int {
	for pos < len(r.Src) {
		rest := r.Src[pos:]
		switch {
		case strings.IndexByte(" \t\r\n;", rest[0]) >= 0 && (rest[0] != ';' || strings.TrimSpace(rest) == ";"):
			pos++
		case strings.HasPrefix(rest, r.Comment):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				return len(r.Src)
			}
			pos += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return len(r.Src)
			}
			pos += end + 4
		default:
			return pos
		}
	}
	return pos
}

// scan finds kind and end of the token that starts with c.
func (r *Reader) scan(c byte) {
	switch {
	case c == '`' || c == '\'' || c == '"':
		r.quoted(c)
	case isLetter(c):
		r.Kind = Name
		r.span(func(c byte) bool { return isLetter(c) || isDigit(c) })
	case isDigit(c):
		r.Kind = Number
		r.span(isDigit)
		if rest := r.Src[r.End:]; len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
			r.End++
			r.span(isDigit)
		}
	default:
		r.punctuation(c)
	}
}

func (r *Reader) span(in func(byte) bool) {
	for r.End < len(r.Src) && in(r.Src[r.End]) {
		r.End++
	}
}

func (r *Reader) quoted(quote byte) {
	r.Kind = String
	if quote == '`' {
		r.Kind = Name
	}
	for i := r.Start + 1; i < len(r.Src); i++ {
		switch {
		case r.Src[i] == '\\' && quote != '`':
			i++
		case r.Src[i] == quote && i+1 < len(r.Src) && r.Src[i+1] == quote && quote != '"':
			i++
		case r.Src[i] == quote:
			if r.End = i + 1; r.End == r.Start+2 && quote == '`' {
				r.Fail(r.Here(), "a name in backquotes is empty")
			}
			return
		}
	}
	r.Fail(syntax.Span{Start: r.Start, End: len(r.Src)}, "%c has no end", quote)
}

func (r *Reader) punctuation(c byte) {
	for _, pair := range []string{"!=", "<>", "<=", ">=", "==", "||"} {
		if strings.HasPrefix(r.Src[r.Start:], pair) && !(pair == "||" && r.Language == "PPL") {
			r.Kind, r.End = Pair, r.Start+2
			return
		}
	}
	if strings.IndexByte("|,()[]{}:=<>+-*/%.", c) < 0 {
		_, size := utf8.DecodeRuneInString(r.Src[r.Start:])
		r.Fail(syntax.Span{Start: r.Start, End: r.Start + size}, "unexpected character '%s'", r.Src[r.Start:r.Start+size])
		return
	}
	r.Kind, r.End = Kind(c), r.Start+1
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '@'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
