package syntax

// CIDRLookup adds columns of the row of a table whose network contains an address: cidrlookup table field [as column]
// OUTPUT|OUTPUTNEW column [as name], ….
type CIDRLookup struct {
	Span
	Table   Name
	Field   *Field
	Column  Name // the column with networks; without text: the table says
	Missing bool // OUTPUTNEW: only fields that are missing
	Outputs []LookupOutput
}

// Command implements Stage.
func (*CIDRLookup) Command() string { return "cidrlookup" }

func (p *parser) cidrLookup(start int) Stage {
	c := &CIDRLookup{Table: p.name("the name of a lookup table"), Field: p.field()}
	if p.at("as") {
		c.Column = p.as()
	}
	c.Missing, c.Outputs = p.lookupOutputs()
	c.Span = p.since(start)
	return c
}

func (c *CIDRLookup) print(w *printer) {
	w.text("cidrlookup ")
	w.name(c.Table.Text)
	w.text(" ")
	w.field(c.Field)
	w.as(c.Column)
	w.lookupOutputs(c.Missing, c.Outputs)
}
