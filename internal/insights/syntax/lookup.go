package syntax

// Lookup adds columns of a table to rows: lookup table column [as field], … OUTPUT|OUTPUTNEW column [as name], ….
type Lookup struct {
	Span
	Table   Name
	Keys    []LookupKey
	Missing bool // OUTPUTNEW: only fields that are missing
	Outputs []LookupOutput
}

// LookupKey says that a column of the table equals a field; without "as" the field is called as the column.
type LookupKey struct {
	Span
	Column Name
	Field  *Field
}

// LookupOutput is a column of the table that becomes a field; without "as" it is called as the column.
type LookupOutput struct {
	Span
	Column Name
	As     Name
}

// Command implements Stage.
func (*Lookup) Command() string { return "lookup" }

func (p *parser) lookup(start int) Stage {
	l := &Lookup{Table: p.name("the name of a lookup table")}
	l.Keys = commas(p, p.lookupKey)
	l.Missing, l.Outputs = p.lookupOutputs()
	l.Span = p.since(start)
	return l
}

func (p *parser) lookupKey() LookupKey {
	start := p.tok.start
	field := p.field()
	key := LookupKey{Column: Name{field.Span, field.Name()}, Field: field}
	if p.take("as") {
		key.Field = p.field()
	}
	key.Span = p.since(start)
	return key
}

func (p *parser) lookupOutputs() (missing bool, outputs []LookupOutput) {
	if missing = p.take("outputnew"); !missing && !p.take("output") {
		p.unexpected("OUTPUT or OUTPUTNEW and columns of the table")
	}
	return missing, commas(p, func() LookupOutput {
		start := p.tok.start
		column := p.name("a column of the lookup table")
		output := LookupOutput{Column: column, As: column}
		if p.at("as") {
			output.As = p.as()
		}
		output.Span = p.since(start)
		return output
	})
}

func (l *Lookup) print(w *printer) {
	w.text("lookup ")
	w.name(l.Table.Text)
	w.text(" ")
	list(w, l.Keys, func(key LookupKey) {
		w.name(key.Column.Text)
		if key.Field.Name() != key.Column.Text {
			w.text(" as ")
			w.field(key.Field)
		}
	})
	w.lookupOutputs(l.Missing, l.Outputs)
}

func (w *printer) lookupOutputs(missing bool, outputs []LookupOutput) {
	if w.text(" OUTPUT"); missing {
		w.text("NEW")
	}
	w.text(" ")
	list(w, outputs, func(output LookupOutput) {
		if w.name(output.Column.Text); output.As.Text != output.Column.Text {
			w.as(output.As)
		}
	})
}
