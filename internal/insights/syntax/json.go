package syntax

// JSON takes one value out of an object or of a text that is one: json field=f "a.b" as x.
type JSON struct {
	Span
	Field *Field
	Path  string
	As    Name
}

// Command implements Stage.
func (*JSON) Command() string { return "json" }

func (p *parser) json(start int) Stage {
	if !p.option("field") {
		p.unexpected(`"field=" and a field`)
	}
	j := &JSON{Field: p.field()}
	j.Path = p.string("the path of a value in quotes").Value
	j.As = p.as()
	j.Span = p.since(start)
	return j
}

func (j *JSON) print(w *printer) {
	w.text("json field=")
	w.field(j.Field)
	w.text(" ")
	w.quote(j.Path)
	w.as(j.As)
}
