package syntax

import "strconv"

// AppendCols adds the columns of another query, row by row: appendcols [override=true|false] [max=n] (query).
type AppendCols struct {
	Span
	Override bool // over fields that are there
	Max      int  // rows, 1 to MaxLimit
	Query    *Query
}

const defaultAppendRows = 10_000

// Command implements Stage.
func (*AppendCols) Command() string { return "appendcols" }

func (p *parser) appendCols(start int) Stage {
	a := &AppendCols{Max: defaultAppendRows}
	for p.tok.kind != '(' && !p.failed {
		switch {
		case p.option("override"):
			a.Override = p.boolean()
		case p.option("max"):
			a.Max = p.integer("a number of rows", 1, MaxLimit)
		default:
			p.unexpected("override=, max= or a subquery in parentheses")
		}
	}
	a.Query = p.subquery()
	a.Span = p.since(start)
	return a
}

func (a *AppendCols) print(w *printer) {
	w.text("appendcols ")
	if a.Override {
		w.text("override=true ")
	}
	if a.Max != defaultAppendRows {
		w.text("max=", strconv.Itoa(a.Max), " ")
	}
	w.subquery(a.Query)
}
