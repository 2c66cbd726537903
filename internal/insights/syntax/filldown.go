package syntax

import "strings"

// FillDown carries the last value forward over missing ones: filldown [f …]; without fields, in all of them.
type FillDown struct {
	Span
	Fields []FieldPattern
}

// FieldPattern is the name of a field or, with Wildcard, a pattern of names in which "*" stands for any text.
type FieldPattern struct {
	Span
	Text     string
	Wildcard bool
}

// Command implements Stage.
func (*FillDown) Command() string { return "filldown" }

func (p *parser) fillDown(start int) Stage {
	f := &FillDown{}
	for p.tok.kind == kindName || p.tok.kind == '*' {
		f.Fields = append(f.Fields, p.fieldPattern())
		p.takeKind(',')
	}
	f.Span = p.since(start)
	return f
}

// fieldPattern reads names, points and stars that touch one another.
func (p *parser) fieldPattern() FieldPattern {
	pattern := FieldPattern{Span: p.here()}
	for {
		switch p.tok.kind {
		case kindName:
			pattern.Text += p.name("").Text
		case '*', '.':
			pattern.Text += p.text()
			pattern.Wildcard = pattern.Wildcard || p.tok.kind == '*'
			p.advance()
		}
		pattern.End = p.prevEnd
		if p.tok.start != p.prevEnd || p.tok.kind != kindName && p.tok.kind != '*' && p.tok.kind != '.' {
			return pattern
		}
	}
}

func (f *FillDown) print(w *printer) {
	w.text("filldown")
	for _, field := range f.Fields {
		w.text(" ")
		if !field.Wildcard {
			w.name(field.Text)
			continue
		}
		for i, part := range strings.Split(field.Text, "*") {
			if i > 0 {
				w.text("*")
			}
			w.part(part)
		}
	}
}

// part writes the text between two stars.
func (w *printer) part(text string) {
	for i := 0; i < len(text); i++ {
		if text[i] != '.' && !isNameByte(text[i]) {
			w.text("`", strings.ReplaceAll(text, "`", "``"), "`")
			return
		}
	}
	w.text(text)
}
