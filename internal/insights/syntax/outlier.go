package syntax

// Outlier finds values far from the quartiles: outlier [action=remove|transform] [param=n] [uselower=true|false]
// [mark=true|false] f ….
type Outlier struct {
	Span
	Remove   bool   // the row; else the value is moved to the bound
	Param    string // the multiplier of the range between the quartiles, a decimal number
	UseLower bool   // look below, too
	Mark     bool   // add a field that says what was found
	Fields   []*Field
}

const defaultOutlierParam = "2.5"

// Command implements Stage.
func (*Outlier) Command() string { return "outlier" }

func (p *parser) outlier(start int) Stage {
	o := &Outlier{Param: defaultOutlierParam}
	for p.outlierOption(o) {
	}
	o.Fields = []*Field{p.field()}
	for p.takeKind(',') || p.tok.kind == kindName {
		o.Fields = append(o.Fields, p.field())
	}
	o.Span = p.since(start)
	return o
}

func (p *parser) outlierOption(o *Outlier) bool {
	switch {
	case p.option("action"):
		if o.Remove = p.take("remove"); !o.Remove && !p.take("transform") {
			p.unexpected("remove or transform")
		}
	case p.option("param"):
		if p.tok.kind != kindNumber {
			p.unexpected("a number")
		}
		o.Param = p.text()
		p.advance()
	case p.option("uselower"):
		o.UseLower = p.boolean()
	case p.option("mark"):
		o.Mark = p.boolean()
	default:
		return false
	}
	return true
}

func (o *Outlier) print(w *printer) {
	w.text("outlier")
	if o.Remove {
		w.word("action=remove")
	}
	if o.Param != defaultOutlierParam {
		w.text(" param=", o.Param)
	}
	if o.UseLower {
		w.word("uselower=true")
	}
	if o.Mark {
		w.word("mark=true")
	}
	for _, field := range o.Fields {
		w.text(" ")
		w.field(field)
	}
}
