package syntax

// Span is where a node stands in the query's text, in bytes: from Start up to, not including, End.
type Span struct{ Start, End int }

// Pos returns the span itself: a node that embeds a Span is a Node.
func (s Span) Pos() Span { return s }

// Node is everything that came from a place of the text.
type Node interface{ Pos() Span }

// Query is a whole query, or a subquery in parentheses.
type Query struct {
	Span
	Source *Source // nil: what the caller of the API named
	Stages []Stage // in their order; none only behind a Source
}

// Stage is one command with its arguments. The types are *Fields, *Display, *Filter and so on, a file each.
type Stage interface {
	Node
	// Command is the canonical name of the command, as in Commands.
	Command() string
	print(*printer)
}

// Item is an expression with the name of its column, as fields, display and stats have them.
type Item struct {
	Span
	Expr Expr
	// Name is the alias or, without one, the text of the expression as it was written: count(*), bin(5m).
	Name  string
	Named bool // by an alias
}

// Name is a name that a query gives or uses as it stands: an alias, a table, a column of a table.
type Name struct {
	Span
	Text string
}
