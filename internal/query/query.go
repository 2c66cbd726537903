// Package query keeps queries as jobs: it starts them, bounds how many run at a time, shows how far they are, stops them,
// and keeps their results on disk, over restarts, for as long as the API promises (cloudwatch-logs.md §15). It knows no query
// language: what a query does is a function that the caller gives.
//
//	query    the words: Spec, Info, Row, Statistics         jobs    slots, deadlines, stop, progress
//	results  encoded rows, pages of them                     keep    files of results: write, find, expire
//
// A result is one file, DIR/ID: "TRQ1", then records of a length and a CRC32C (4 bytes each, little-endian) and so many bytes.
// The first record is the Info as JSON, each other one a row: the number of its fields, and for each field its name and its
// value with their lengths in front, numbers and lengths as uvarints. An empty record ends the file. A query that runs has a file without rows, so that one which a crash cut short is known afterwards, as failed.
//
// Jobs are safe for concurrent use.
package query

import (
	"cmp"
	"errors"

	"tailrace/internal/logs"
)

var (
	// ErrNotFound says that there is no such query in the scope, or none any more.
	ErrNotFound = errors.New("query not found")
	// ErrNotRunning says that a query to stop has ended.
	ErrNotRunning = errors.New("query is not running")
	// ErrTooMany says that as many queries run or wait as may.
	ErrTooMany = errors.New("too many queries at a time")
	// ErrCursor says that a place in a result is none.
	ErrCursor = errors.New("no such place in the result")
)

// Status is where a query is in its life; the values are the API's.
type Status string

// The statuses. A query ends as one of the last four.
const (
	Scheduled Status = "Scheduled"
	Running   Status = "Running"
	Complete  Status = "Complete"
	Failed    Status = "Failed"
	Cancelled Status = "Cancelled"
	Timeout   Status = "Timeout"
)

// Ended tells whether nothing of the query changes any more.
func (s Status) Ended() bool { return s != Scheduled && s != Running }

// Spec is what was asked.
type Spec struct {
	Scope    logs.Scope
	Language string   // CWLI, PPL or SQL
	Text     string   // as it was given
	Groups   []string // names of the groups, or ARNs of those of other accounts
	Sourced  bool     // the text says its groups itself
	Start    int64    // epoch milliseconds, inclusive
	End      int64    // epoch milliseconds, inclusive
	Caller   string   // who asked, for people
}

// Statistics say what a query has looked at, so far or in all.
type Statistics struct {
	Matched        float64 // events that passed the filters
	Scanned        float64 // events looked at
	Skipped        float64 // events that could be left out unseen
	BytesScanned   float64 // of messages
	BytesSkipped   float64 // of messages
	GroupsSearched float64
}

// Info describes a query at one moment.
type Info struct {
	ID string
	Spec
	Status     Status
	Created    int64  // epoch milliseconds
	Duration   int64  // milliseconds that it has run
	Rows       int    // of the result
	Reason     string // why it failed
	Statistics Statistics
}

// Before tells whether the query is listed before another one: newest first.
func (i *Info) Before(other *Info) bool {
	return cmp.Or(cmp.Compare(other.Created, i.Created), cmp.Compare(i.ID, other.ID)) < 0
}

// Field is one column of a row.
type Field struct{ Name, Value string }

// Row is one row of a result. A field that a row lacks is not in it.
type Row []Field
