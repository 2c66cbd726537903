package plan

import (
	"slices"
	"strings"

	"tailrace/internal/insights/discover"
	"tailrace/internal/insights/value"
)

// Scan is what the storage is asked for.
type Scan struct {
	Start, End int64 // epoch milliseconds, both inclusive
	// Columns are what it reads: system fields, and fields that are discovered in messages.
	Columns []Source
	Order   Order
	// Limit is how many rows are wanted in that order, 0 if that is not known.
	Limit int
	// Streams are the names of the streams that are wanted; nil: all of them.
	Streams []string
	// Message is what messages have to satisfy; nil: nothing. Its only column is @message.
	Message Expr
	// Required are clauses of which every wanted message satisfies all: it contains one of the literals of each.
	Required [][][]byte
	// Where are clauses that all hold of the leaves of every wanted message. They are not for groups in which leaves stand elsewhere
	// too: package discover.
	Where []Clause
	// Parse takes more columns out of messages; nil: none.
	Parse *Parse
	// Hint is a clause of Required that few messages satisfy; nil: none is known, or Message says more.
	Hint [][]byte
}

// Source is a field of the events and the column that it becomes.
type Source struct {
	Name   string
	Column int
	// Content is set if the field is also found by what messages look like, which have to be read then: package discover. What is
	// known of leaves tells nothing of it.
	Content bool
}

// Order is the order in which the scan gives rows.
type Order int

// The orders. Those by time have ties in the order of event ids.
const (
	AnyOrder Order = iota
	NewestFirst
	OldestFirst
)

func (o Order) String() string { return [...]string{"any", "newest", "oldest"}[o] }

// Pointer is the name of the column that points to an event.
const Pointer = "@ptr"

// String is the scan as plans are printed.
func (s *Scan) String() string {
	var out strings.Builder
	out.WriteString("scan columns=[")
	for i, source := range s.Columns {
		if i > 0 {
			out.WriteString(" ")
		}
		out.WriteString(source.Name)
	}
	out.WriteString("]")
	for i, name := range s.content() {
		out.WriteString([...]string{" content=", ","}[min(i, 1)] + name)
	}
	if s.Parse != nil {
		out.WriteString(" " + s.Parse.String())
	}
	if s.Order != AnyOrder {
		out.WriteString(" order=" + s.Order.String())
	}
	if s.Limit > 0 {
		out.WriteString(" limit=" + value.NewInt(int64(s.Limit)).String())
	}
	if s.Streams != nil {
		out.WriteString(" streams=[" + strings.Join(s.Streams, " ") + "]")
	}
	if s.Message != nil {
		out.WriteString(" where " + s.Message.String())
	}
	if len(s.Required) > 0 {
		out.WriteString(" required")
		for i, clause := range s.Required {
			if i > 0 {
				out.WriteString(" and")
			}
			for j, literal := range clause {
				if j > 0 {
					out.WriteString(" or")
				}
				out.WriteString(" " + quote(string(literal)))
			}
		}
	}
	for i, clause := range s.Where {
		out.WriteString([...]string{" leaves ", " and "}[min(i, 1)] + clause.Expr.String())
	}
	if s.Hint != nil {
		out.WriteString(" hint")
		for i, literal := range s.Hint {
			out.WriteString([...]string{" ", " or "}[min(i, 1)] + quote(string(literal)))
		}
	}
	return out.String()
}

// content are the fields that are found by content.
func (s *Scan) content() (names []string) {
	for _, source := range s.Columns {
		if source.Content {
			names = append(names, source.Name)
		}
	}
	return names
}

// source is the column of a field of the events, which the scan reads from now on.
func (b *builder) source(name string) *Column {
	if at, ok := b.scope.columns[name]; ok {
		return &Column{at, name}
	}
	s := &b.plan.Scan
	for _, have := range s.Columns {
		if have.Name == name {
			return &Column{have.Column, name}
		}
	}
	at := b.column(name)
	s.Columns = append(s.Columns, Source{name, at, discover.Known(name)})
	return &Column{at, name}
}

// isSource tells whether a column is read by the scan.
func (b *builder) isSource(at int) bool {
	return !b.scope.closed && slices.ContainsFunc(b.plan.Scan.Columns, func(s Source) bool { return s.Column == at })
}
