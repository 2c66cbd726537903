package syntax

import "strings"

// item reads an expression and its name.
func (p *parser) item() Item {
	start := p.tok.start
	e := p.expr()
	item := Item{Expr: e, Span: p.since(start)}
	item.Name = columnText(p.src[item.Start:item.End])
	if p.at("as") {
		item.Name, item.Named = p.as().Text, true
		item.Span = p.since(start)
	} else if f, ok := e.(*Field); ok {
		item.Name = f.Name()
	}
	return item
}

// columnText is the text of an expression as the name of its column: as written, white space and comments as one blank.
func columnText(text string) string {
	if !strings.ContainsAny(text, "\n\t\r#") && !strings.Contains(text, "  ") {
		return text
	}
	out := make([]byte, 0, len(text))
	for p := (&parser{src: text}); ; {
		start := p.pos
		p.skipBlanks()
		if p.pos == len(text) {
			return string(out)
		}
		if p.pos > start && len(out) > 0 {
			out = append(out, ' ')
		}
		start = p.pos
		if p.scan(); p.failed || p.pos == start { // a regular expression
			return string(append(out, text[start:]...))
		}
		out = append(out, text[start:p.pos]...)
	}
}

func (w *printer) items(items []Item) { list(w, items, w.item) }

// item writes the name where it is not the one that the expression gives by itself.
func (w *printer) item(item Item) {
	w.expr(item.Expr)
	if item.Named || item.Name != plainName(item.Expr) {
		w.text(" as ")
		w.name(item.Name)
	}
}

// plainName is the name of a column that canonical text gives without an alias.
func plainName(e Expr) string {
	if f, ok := e.(*Field); ok {
		return f.Name()
	}
	return Text(e)
}
