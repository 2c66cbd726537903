package exec

import (
	"tailrace/internal/insights/value"
	"tailrace/internal/logs"
)

// rows are some rows in columns: a batch on its way through local operators, or a whole table.
type rows struct {
	n    int
	cols []*value.Vector // by number of the plan's; nil: not made yet
	refs []ref           // the events that the rows stand for; nil: they stand for none
	due  *comparison     // the order that a table is still to be put in; nil: it has its order
}

// ref says which event a row stands for.
type ref struct {
	group  int32
	part   int32 // of the rows that were made of the event
	stream logs.StreamID
	id     logs.EventID
}

// get is the vector of a column; one that nothing has filled is null in all rows.
func (r *rows) get(at int) *value.Vector {
	if at < len(r.cols) && r.cols[at] != nil && (r.cols[at].Const || r.cols[at].Len() >= r.n) {
		return r.cols[at]
	}
	return nullColumn
}

var nullColumn = value.Constant(value.Value{})

// keep drops all rows but the chosen ones, which are in ascending order.
func (r *rows) keep(chosen []int32) {
	if len(chosen) == r.n {
		return
	}
	for _, col := range r.cols {
		if col != nil && !col.Const && col.Len() > 0 {
			col.Keep(chosen)
		}
	}
	if len(r.refs) > 0 {
		for i, row := range chosen {
			r.refs[i] = r.refs[row]
		}
		r.refs = r.refs[:len(chosen)]
	}
	r.n = len(chosen)
}

// filled are the columns that there are.
func (r *rows) filled() (columns []int) {
	for at, col := range r.cols {
		if col != nil {
			columns = append(columns, at)
		}
	}
	return columns
}

// set makes a vector a column.
func (r *rows) set(at int, v *value.Vector) {
	for len(r.cols) <= at {
		r.cols = append(r.cols, nil)
	}
	r.cols[at] = v
}
