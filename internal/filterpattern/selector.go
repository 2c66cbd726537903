package filterpattern

import (
	"strconv"
	"strings"
)

type stepKind uint8

const (
	stepName stepKind = iota
	stepIndex
	stepAnyName
	stepAnyIndex
)

// step goes from a JSON value to one below it, or with a wildcard to all.
type step struct {
	kind  stepKind
	name  string
	index int
}

// selector leads from the message to properties of it.
type selector []step

// maxIndexDigits bounds the index of an array's element: a message has less than 10^9 of them.
const maxIndexDigits = 9

// selector reads $ and its steps.
func (p *parser) selector() (selector, error) {
	start := p.pos
	if !p.take("$") {
		return nil, p.fail("expected a selector, $.name, or a parenthesis")
	}
	var path selector
	wildcard := false
	for p.peek() == '.' || p.peek() == '[' {
		s, err := p.step()
		if err != nil {
			return nil, err
		}
		if s.kind >= stepAnyName {
			if wildcard {
				return nil, p.failAt(start, "a selector takes one wildcard")
			}
			wildcard = true
			p.wildcards++
		}
		path = append(path, s)
	}
	if len(path) == 0 {
		return nil, p.fail("expected .name or [index] after $")
	}
	if p.wildcards > maxWildcards {
		return nil, p.failAt(start, "more than %d selectors with a wildcard", maxWildcards)
	}
	return path, nil
}

func (p *parser) step() (step, error) {
	dot := p.take(".")
	if p.take("[") {
		return p.bracketStep(dot)
	}
	if p.take("*") {
		return step{kind: stepAnyName}, nil
	}
	name := p.run(isName)
	if name == "" {
		return step{}, p.fail(`expected a name of letters, digits, _ and -; others stand as ['na.me']`)
	}
	return step{kind: stepName, name: name}, nil
}

// bracketStep reads what stands behind "[". Behind ".[" that is a quoted name only.
func (p *parser) bracketStep(dot bool) (step, error) {
	var s step
	var err error
	start := p.pos
	switch c := p.peek(); {
	case c == '\'' || c == '"':
		s.name, err = p.quoted()
	case c == '*' && !dot:
		s.kind = stepAnyIndex
		p.pos++
	case isDigit(c) && !dot:
		number := p.run(isDigit)
		if len(number) > maxIndexDigits {
			return s, p.failAt(start, "index too large")
		}
		s.kind = stepIndex
		s.index, err = strconv.Atoi(number)
	default:
		return s, p.fail("expected an index, * or a quoted name after [")
	}
	if err == nil && !p.take("]") {
		err = p.fail("expected ]")
	}
	return s, err
}

func (path selector) String() string {
	var out strings.Builder
	out.WriteByte('$')
	for _, s := range path {
		switch {
		case s.kind == stepAnyName:
			out.WriteString(".*")
		case s.kind == stepAnyIndex:
			out.WriteString("[*]")
		case s.kind == stepIndex:
			out.WriteString("[" + strconv.Itoa(s.index) + "]")
		case s.name != "" && strings.IndexFunc(s.name, func(r rune) bool { return r > 127 || !isName(byte(r)) }) < 0:
			out.WriteString("." + s.name)
		default:
			out.WriteString("[" + quote(s.name, '\'') + "]")
		}
	}
	return out.String()
}
