package filterpattern

import (
	"bytes"
	"strings"

	"tailrace/internal/decimal"
	"tailrace/internal/match"
)

type operator uint8

const (
	opEqual operator = iota
	opNotEqual
	opLess
	opGreater
	opLessEqual
	opGreaterEqual
	opIsNull
	opIsTrue
	opIsFalse
	opNotExists
)

// comparisons are the operators with a value, the longer spelling before its prefix.
var comparisons = []struct {
	text string
	op   operator
}{
	{"!=", opNotEqual}, {"<=", opLessEqual}, {">=", opGreaterEqual}, {"=", opEqual}, {"<", opLess}, {">", opGreater},
}

func (op operator) String() string {
	for _, c := range comparisons {
		if c.op == op {
			return c.text
		}
	}
	return [...]string{opIsNull: "IS NULL", opIsTrue: "IS TRUE", opIsFalse: "IS FALSE", opNotExists: "NOT EXISTS"}[op]
}

// value is the right side of a comparison: an unquoted number, a regular expression, or a string with wildcards.
type value struct {
	text    string // as written, without quotes
	number  bool   // unquoted
	regex   *regex
	decimal *decimal.Decimal // of a text that is a number, quoted or not

	// Of a string, the literal is what stands between the wildcards.
	literal          match.Finder
	anyHead, anyTail bool
}

// value reads a value that ends before one of the bytes in ends, or a blank.
func (p *parser) value(op operator, ends string) (value, error) {
	start := p.pos
	var v value
	var err error
	switch p.peek() {
	case '%':
		v.regex, err = p.regex()
	case '"':
		v.text, err = p.quoted()
	default:
		v.text, v.number, err = p.bareValue(ends)
	}
	if err != nil {
		return v, err
	}
	if op > opNotEqual && !v.number {
		return v, p.failAt(start, "%s compares with a number", op)
	}
	v.compile()
	return v, nil
}

func (p *parser) bareValue(ends string) (text string, number bool, err error) {
	start := p.pos
	text = p.run(func(c byte) bool { return isWord(c) || strings.IndexByte(".*+-", c) >= 0 })
	if c := p.peek(); !p.atEnd() && !isBlank(c) && strings.IndexByte(ends, c) < 0 {
		return "", false, p.fail("a value with %q needs quotes", p.nextRune())
	}
	if text == "" {
		return "", false, p.fail("expected a value: a number, a word, a quoted text, or a regular expression between %%")
	}
	if _, number = decimal.Parse([]byte(text)); !number && strings.ContainsAny(text, "+-") {
		return "", false, p.failAt(start, "a value with + or - that is no number needs quotes")
	}
	return text, number, nil
}

func (v *value) compile() {
	if v.regex != nil {
		return
	}
	if d, ok := decimal.Parse([]byte(v.text)); ok {
		v.decimal = &d
	}
	text, _ := strings.CutPrefix(v.text, "*")
	v.anyHead = len(text) < len(v.text)
	literal, _ := strings.CutSuffix(text, "*")
	v.anyTail = len(literal) < len(text)
	if v.text == "*" {
		v.anyTail = true
	}
	v.literal = match.NewFinder(literal)
}

// satisfied compares the text of a scalar, of which number tells whether it is an unquoted JSON number.
func (v *value) satisfied(op operator, text []byte, number bool) bool {
	switch op {
	case opEqual:
		return v.equal(text, number)
	case opNotEqual:
		return !v.equal(text, number)
	}
	d, ok := decimal.Parse(text)
	if !ok {
		return false
	}
	c := d.Compare(*v.decimal)
	switch op {
	case opLess:
		return c < 0
	case opGreater:
		return c > 0
	case opLessEqual:
		return c <= 0
	}
	return c >= 0
}

func (v *value) equal(text []byte, number bool) bool {
	if v.regex != nil {
		return v.regex.Match(text)
	}
	if v.decimal != nil && (v.number || number) {
		if d, ok := decimal.Parse(text); ok {
			return d.Compare(*v.decimal) == 0
		}
	}
	switch {
	case v.anyHead && v.anyTail:
		return v.literal.In(text)
	case v.anyHead:
		return bytes.HasSuffix(text, v.literal.Needle())
	case v.anyTail:
		return bytes.HasPrefix(text, v.literal.Needle())
	}
	return string(text) == string(v.literal.Needle())
}

// required returns the literals of every text that is equal to the value. A number has none: 400 is 4e2 as well.
func (v *value) required() []match.Need {
	switch {
	case v.regex != nil:
		return v.regex.Needs()
	case v.decimal != nil:
		return nil
	}
	return []match.Need{match.Literal(string(v.literal.Needle()))}
}

func (v *value) String() string {
	switch {
	case v.regex != nil:
		return v.regex.String()
	case v.number:
		return v.text
	}
	return quote(v.text, '"')
}
