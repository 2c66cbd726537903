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
}

// Op is an operator: *Filter, *Compute and so on, a file each.
type Op interface {
	// Local tells whether the operator looks at each row by itself.
	Local() bool
	// Effect says what becomes of the rows.
	Effect() Effect
	// String is the operator as plans are printed.
	String() string
	// uses adds the columns that the operator reads.
	uses(columns Columns)
	// makes adds the columns that are new behind it; one that Replaces need not tell.
	makes(columns Columns)
}

// Effect is what an operator does to the rows that it gets. A column, once made, never changes: an operator that gives a name
// another value makes another column.
type Effect int

const (
	// Keeps: every row stays where it is, and what it gets depends on itself and the rows in front of it.
	Keeps Effect = iota
	// Selects: rows are left out, added, change places, or depend on rows behind them.
	Selects
	// Multiplies: each row becomes several, one or none, which stay together.
	Multiplies
	// Replaces: there are new rows, which stand for no event, with columns of their own.
	Replaces
)

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
		switch op := op.(type) {
		case *Filter:
			for _, in := range subqueries(op.Cond) {
				inner = append(inner, in.Query)
			}
		case *Join:
			inner = append(inner, op.Right)
		case *AppendCols:
			inner = append(inner, op.Query)
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

// Gathering is the place of the first operator that needs more than one row at a time, len(p.Ops) if there is none.
func (p *Plan) Gathering() int {
	for i, op := range p.Ops {
		if !op.Local() {
			return i
		}
	}
	return len(p.Ops)
}

// Needed are the columns that the result, and the operators from one on, need of the rows in front of that.
func (p *Plan) Needed(from int) Columns {
	columns := p.shown()
	for i := len(p.Ops) - 1; i >= from; i-- {
		columns.before(p.Ops[i])
	}
	return columns
}

func (p *Plan) shown() Columns {
	columns := Columns{}
	for _, o := range p.Output {
		columns[o.Column] = true
	}
	return columns
}

// before turns the columns that are needed behind an operator into those that are needed in front of it.
func (c Columns) before(op Op) {
	if op.Effect() == Replaces {
		clear(c)
	}
	made := Columns{}
	op.makes(made)
	for column := range made {
		delete(c, column)
	}
	op.uses(c)
}

// Sorted returns the columns in order.
func (c Columns) Sorted() []int { return slices.Sorted(maps.Keys(c)) }
