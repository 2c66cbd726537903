package syntax

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Saved is a saved query. {{name}} in its text stands for a parameter.
type Saved struct {
	Text       string
	Parameters map[string]*string // the usual values; nil: there is none
}

// savedCall is $Name(parameter="value", ...) where a stage stands; a name that is no word stands in backquotes.
type savedCall struct {
	Span
	name string
	args map[string]string
}

// Expansion is a text with the texts of saved queries in the places of their calls.
type Expansion struct {
	Text   string
	pieces []piece
}

// piece says which characters of the expanded text come from a call, and where that stands. An empty name: from the text itself.
type piece struct {
	name       string
	start, end int // in characters of the expansion
	from       int // of the text
	length     int // of the call
}

// ExpandSaved puts saved queries in the places of their calls (cloudwatch-logs.md §13). find returns nil where there is none of a name;
// its error comes back as it is, every other is an Errors.
func ExpandSaved(text string, find func(name string) (*Saved, error)) (*Expansion, error) {
	e := &Expansion{Text: text}
	p := &parser{src: text}
	if !strings.Contains(text, "$") || !p.CheckText(text) {
		return e, nil // what is wrong with the text is Parse's to say
	}
	calls := p.savedCalls()
	var out strings.Builder
	at, length := 0, 0
	add := func(name, part string, span Span) {
		x := piece{name: name, start: length, from: utf8.RuneCountInString(text[:span.Start]), length: utf8.RuneCountInString(text[span.Start:span.End])}
		out.WriteString(part)
		length += utf8.RuneCountInString(part)
		x.end = length
		e.pieces = append(e.pieces, x)
	}
	for i := range calls {
		call := &calls[i]
		saved, err := find(call.name)
		if err != nil {
			return nil, err
		}
		add("", text[at:call.Start], Span{at, call.Start})
		add(call.name, p.filled(call, saved), call.Span)
		at = call.End
	}
	add("", text[at:], Span{at, len(text)})
	if e.Text = out.String(); length > MaxLength {
		p.Report(Span{0, len(text)}, "with its saved queries the query is longer than %d characters", MaxLength)
	}
	if err := p.Err(text); err != nil {
		return nil, err
	}
	return e, nil
}

// savedCalls finds the calls. What is wrong behind them is left to Parse.
func (p *parser) savedCalls() (calls []savedCall) {
	for begins := true; ; begins = p.tok.kind == '|' {
		if p.skipBlanks(); p.pos == len(p.src) {
			return calls
		}
		if begins && p.src[p.pos] == '$' {
			call := p.savedCall()
			if p.failed {
				return nil
			}
			calls = append(calls, call)
			continue
		}
		known := len(p.list)
		if p.skipToken(); p.failed {
			p.list = p.list[:known]
			return calls
		}
	}
}

func (p *parser) savedCall() savedCall {
	call := savedCall{Span: Span{p.pos, p.pos}, args: map[string]string{}}
	p.pos++
	p.advance()
	if call.name = p.savedName(); call.name == "" {
		p.unexpected("the name of a saved query, in backquotes if it is no word")
	}
	p.expectKind('(')
	for !p.failed && p.tok.kind != ')' {
		at := p.here()
		name := p.savedName()
		if _, given := call.args[name]; name == "" || given {
			p.fail(at, "unexpected %s, expected the name of a parameter that is not given yet", p.shown())
		}
		p.expectKind('=')
		call.args[name] = p.savedValue()
		if !p.takeKind(',') {
			break
		}
	}
	if p.tok.kind != ')' {
		p.unexpected(`")"`)
		return call
	}
	call.End = p.pos
	if p.advance(); p.failed || p.tok.kind != '|' && p.tok.kind != ')' && p.tok.kind != kindEOF {
		p.unexpected(`"|" or the end behind a saved query`)
	}
	p.pos = call.End
	return call
}

// savedName reads a name, empty if there is none.
func (p *parser) savedName() string {
	if p.tok.kind != kindName {
		return ""
	}
	name := p.text()
	if name[0] == '`' && name[len(name)-1] == '`' {
		name = strings.ReplaceAll(name[1:len(name)-1], "``", "`")
	}
	p.advance()
	return name
}

// savedValue reads the value of a parameter: its characters take the place of the parameter.
func (p *parser) savedValue() string {
	sign := ""
	if p.takeKind('-') {
		sign = "-"
	}
	text := p.text()
	switch {
	case p.tok.kind == kindString && sign == "":
		text = unescape(text)
	case p.tok.kind != kindNumber && p.tok.kind != kindDuration && p.tok.kind != kindName:
		p.unexpected("a value")
		return ""
	}
	p.advance()
	return sign + text
}

// filled is the text of a saved query with its parameters filled in.
func (p *parser) filled(call *savedCall, saved *Saved) string {
	if saved == nil {
		p.Report(call.Span, "there is no saved query '%s'", shorten(call.name))
		return ""
	}
	values := maps.Clone(call.args)
	for _, name := range slices.Sorted(maps.Keys(saved.Parameters)) {
		if _, given := values[name]; given {
			continue
		}
		usual := saved.Parameters[name]
		if usual == nil {
			p.Report(call.Span, "the saved query '%s' needs the parameter %s", shorten(call.name), name)
			return ""
		}
		values[name] = *usual
	}
	var places []string
	for name, value := range values {
		if _, known := saved.Parameters[name]; !known {
			p.Report(call.Span, "the saved query '%s' has no parameter %s", shorten(call.name), name)
		}
		places = append(places, "{{"+name+"}}", value)
	}
	text := strings.NewReplacer(places...).Replace(saved.Text)
	if inner := (&parser{src: text}).savedCalls(); len(inner) > 0 {
		p.Report(call.Span, "the saved query '%s' calls another one: that may not be", shorten(call.name))
	}
	if strings.Contains(text, "#") {
		text += "\n" // ends a comment
	}
	return text
}

// Places moves the errors of the expanded text to where they are seen in the text: those of a saved query to its call.
func (e *Expansion) Places(err error) error {
	var list Errors
	if len(e.pieces) == 0 || !errors.As(err, &list) {
		return err
	}
	moved := make(Errors, len(list))
	for i, one := range list {
		at, _ := slices.BinarySearchFunc(e.pieces, one.Start, func(x piece, start int) int {
			if x.end <= start {
				return -1
			}
			return 1
		})
		x := &e.pieces[min(at, len(e.pieces)-1)]
		if x.name == "" {
			moved[i] = &Error{one.Start - x.start + x.from, min(one.End-x.start, x.length) + x.from, one.Message}
			continue
		}
		moved[i] = &Error{x.from, x.from + x.length, "in the saved query '" + shorten(x.name) + "': " + one.Message}
	}
	return moved
}
