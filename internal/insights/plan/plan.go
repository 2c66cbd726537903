// Package plan turns the tree of a query into what package exec runs: names become columns of rows, calls are compiled, and
// rules move what the storage can do by itself down to the scan. It reads no event.
//
// # Rows and columns
//
// Rows are columns of values, numbered from 0: a name of the query stands for one of them. The first columns are read by the
// scan, in the order of Scan.Columns; each operator that computes something adds one. Behind an operator that makes new rows
// (stats and others) the numbers begin again.
//
// # Operators
//
// A Plan's operators run one after another. Those that look at one row at a time (Local) run where the scan's batches
// arrive, on several of them at once; the first one that does not gathers their rows, and everything behind it runs once, on
// all rows. A file per command, under the name that it has in package syntax.
//
// # Order
//
// Rows that stand for events are in order of time, newest first, until something sorts them (cloudwatch-logs.md §15). A plan
// says where that matters: Scan.Order.
package plan

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tailrace/internal/insights/syntax"
)

// Plan is a query to be executed. It does not change and may be executed by several goroutines at once.
type Plan struct {
	// Groups says what the scan reads; nil: the groups that the caller named, or those of the query around.
	Groups *syntax.Source
	Scan   Scan
	Ops    []Op
	Output []Output
	// Events is set if rows still stand for one event each at the end: results have @ptr then.
	Events bool
	// Pointer is the column of @ptr, if Events.
	Pointer int
}

// Op is an operator: *Filter, *Compute and so on, a file each.
type Op interface {
	// Local tells whether the operator looks at each row by itself.
	Local() bool
	// String is the operator as plans are printed.
	String() string
	// uses adds the columns that the operator reads.
	uses(columns Columns)
}

// Output is a column of the result.
type Output struct {
	Name   string
	Column int
}

// Columns is a set of columns.
type Columns map[int]bool

func (c Columns) add(e Expr) {
	walk(e, func(e Expr) {
		if column, ok := e.(*Column); ok {
			c[column.Index] = true
		}
	})
}

// String prints the plan, an operator a line, for people and tests.
func (p *Plan) String() string {
	var out strings.Builder
	out.WriteString(p.Scan.String())
	if p.Groups != nil {
		out.WriteString(" of " + syntax.SourceText(p.Groups))
	}
	for _, op := range p.Ops {
		out.WriteString("\n" + op.String())
	}
	out.WriteString("\noutput")
	for i, column := range p.Output {
		out.WriteString(separator(i) + column.Name)
	}
	if p.Events {
		out.WriteString(", @ptr")
	}
	for _, inner := range p.Inner() {
		out.WriteString("\nquery")
		for line := range strings.Lines(strings.TrimSuffix(inner.String(), "\n")) {
			out.WriteString("\n  " + strings.TrimSuffix(line, "\n"))
		}
	}
	return out.String() + "\n"
}

// Inner returns the plans of the queries inside of this one, in the order in which its operators need them.
func (p *Plan) Inner() []*Plan {
	var inner []*Plan
	for _, op := range p.Ops {
		if filter, ok := op.(*Filter); ok {
			for _, in := range subqueries(filter.Cond) {
				inner = append(inner, in.Query)
			}
		}
	}
	return inner
}

func separator(i int) string {
	if i == 0 {
		return " "
	}
	return ", "
}

func quote(s string) string { return strconv.Quote(s) }

// UsedBy adds the columns that some of the plan's last operators, and its result, need of the rows before them.
func (p *Plan) UsedBy(ops []Op, columns Columns) {
	for _, op := range ops {
		op.uses(columns)
		if stats, ok := op.(*Stats); ok {
			stats.uses(columns)
			return
		}
	}
	for _, o := range p.Output {
		columns[o.Column] = true
	}
}

// Sorted returns the columns in order.
func (c Columns) Sorted() []int { return slices.Sorted(maps.Keys(c)) }
