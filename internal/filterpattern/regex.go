package filterpattern

import (
	"strings"

	"tailrace/internal/match"
)

// maxInstructions bounds the compiled program of one expression: matching visits each of them at every byte.
const maxInstructions = 1024

// regex is an expression of the subset of cloudwatch-logs.md §8.2.
type regex struct {
	*match.Regex
	source string // as written, without the %
}

// regex reads an expression between %, of which one stands next. There is no escape for % inside: it is \x25.
func (p *parser) regex() (*regex, error) {
	start := p.pos
	if p.regexes++; p.regexes > maxRegexes {
		return nil, p.fail("more than %d regular expressions", maxRegexes)
	}
	length := strings.IndexByte(p.src[start+1:], '%')
	if length < 0 {
		return nil, p.fail("regular expression without closing %%")
	}
	re2, err := p.translate(start+1, start+1+length)
	if err != nil {
		return nil, err
	}
	p.pos = start + 1 + length + 1
	r, err := match.CompileRegex(re2, maxInstructions)
	if err != nil {
		return nil, p.failAt(start, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return &regex{Regex: r, source: p.src[start+1 : start+1+length]}, nil
}

func (r *regex) String() string { return "%" + r.source + "%" }

const (
	regexOperators = `^$?[]{}|\*+.`
	regexOthers    = ":_#=@/;,- "
)

// translate checks that p.src[from:to] is in the subset and returns it in the syntax of RE2.
func (p *parser) translate(from, to int) (string, error) {
	if from == to {
		return "", p.failAt(from, "empty regular expression")
	}
	var out strings.Builder
	for at := from; at < to; {
		end, err := at+1, error(nil)
		switch c := p.src[at]; c {
		case '\\':
			end, err = p.regexEscape(at, to)
		case '[':
			end, err = p.regexClass(at, to)
		case '{':
			if end, err = p.regexRepeat(at, to); err == nil && p.src[at+1] == ',' {
				out.WriteString("{0")
				at++
			}
		case ']', '}':
			err = p.failAt(at, "%c without opening; the character itself is \\%c", c, c)
		default:
			err = p.regexCharacter(at)
		}
		if err != nil {
			return "", err
		}
		out.WriteString(p.src[at:end])
		at = end
	}
	return out.String(), nil
}

func (p *parser) regexCharacter(at int) error {
	c := p.src[at]
	switch {
	case isWord(c), strings.IndexByte(regexOthers, c) >= 0, strings.IndexByte(regexOperators, c) >= 0:
		return nil
	case c >= 0x80:
		return p.failAt(at, "a regular expression takes ASCII only")
	case c == '(' || c == ')':
		return p.failAt(at, `parentheses are not supported in a regular expression; the character itself is \x%02x`, c)
	}
	return p.failAt(at, `a regular expression takes no %q; write \x%02x`, c, c)
}

// regexEscape returns the end of the escape that starts at at.
func (p *parser) regexEscape(at, to int) (int, error) {
	if at+1 == to {
		return 0, p.failAt(at, "backslash at the end of a regular expression")
	}
	c := p.src[at+1]
	switch {
	case strings.IndexByte("dDsSwW", c) >= 0, strings.IndexByte(regexOperators, c) >= 0:
		return at + 2, nil
	case c != 'x':
		return 0, p.failAt(at, `no escape of a regular expression; it has \d \D \s \S \w \W \xHH and escaped operators`)
	}
	if at+4 > to || !isHex(p.src[at+2]) || !isHex(p.src[at+3]) || p.src[at+2] > '7' {
		return 0, p.failAt(at, `\x needs two hexadecimal digits, up to 7f`)
	}
	return at + 4, nil
}

// regexClass returns the end of the class that starts at at.
func (p *parser) regexClass(at, to int) (int, error) {
	i := at + 1
	if i < to && p.src[i] == '^' {
		i++
	}
	for first := i; i < to; {
		var err error
		switch p.src[i] {
		case ']':
			if i == first {
				return 0, p.failAt(at, "empty class in a regular expression")
			}
			return i + 1, nil
		case '[':
			return 0, p.failAt(i, `class inside of a class; the character itself is \[`)
		case '\\':
			i, err = p.regexEscape(i, to)
		default:
			err = p.regexCharacter(i)
			i++
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, p.failAt(at, "class without end in a regular expression")
}

// regexRepeat returns the end of the repetition {m}, {m,}, {,n} or {m,n} that starts at at.
func (p *parser) regexRepeat(at, to int) (int, error) {
	inside, _, closed := strings.Cut(p.src[at+1:to], "}")
	least, most, _ := strings.Cut(inside, ",")
	digits := least + most
	if !closed || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, p.failAt(at, `{ is no repetition {m}, {m,}, {,n} or {m,n}; the character itself is \{`)
	}
	return at + len(inside) + 2, nil
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
