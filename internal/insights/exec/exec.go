// Package exec runs plans of package plan over the events of some groups. It knows no storage: a Source gives it batches, and
// it gives back rows of text, as the API shows them.
//
//	exec    Run, Source, Options                    load     batches → rows
//	eval    expressions, by column                  gather   rows of all workers → one table
//	filter, parse, stats, sort, …                   one operator a file, under the name that it has in syntax and plan
//	subquery  queries inside of the query, first    content  fields by what messages look like
//
// Operators that look at one row at a time run where batches arrive, in as many goroutines as there are workers, each with
// its own copy; the first one that does not gathers: groups are aggregated and the first rows kept by each worker, and put
// together at the end. What follows runs once over a table. Memory is counted where rows or groups are kept, and bounded:
// ErrMemory.
package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tailrace/internal/column"
	"tailrace/internal/insights/discover"
	"tailrace/internal/insights/plan"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
)

// ErrMemory says that a query keeps more rows or groups than may be kept.
var ErrMemory = errors.New("the query needs more memory than it may use: narrow the range of time, filter more, group by fewer values or limit the rows")

// ErrRow says that a query shows more in one row than a row may have.
var ErrRow = fmt.Errorf("a row of the result is larger than %d MiB: show fewer columns", maxRowBytes>>20)

// maxRowBytes bounds what a row of the result takes: many times an event, and less than those who keep results take.
const maxRowBytes = 32 << 20

// Group is a log group as a query sees it.
type Group struct {
	Account string
	Region  string
	Name    string
}

// Request is what a query asks of one group.
type Request struct {
	Start, End int64    // epoch milliseconds, both inclusive
	Streams    []string // names; nil: all
	Columns    column.Columns
	Fields     []string // leaves of messages, for Batch.Fields
	Parts      *column.Parts
	// Match drops events whose messages it refuses; nil: none. It may be called by several goroutines at once.
	Match func(message []byte) bool
	// Seek finds the next message that Match has to look at, see storage.Query; nil: every one.
	Seek  func(text []byte) int
	Name  string // of Match, see storage.Query
	Loose bool   // Match only leaves out, see storage.Query
	// Required are clauses of which every wanted message satisfies all.
	Required [][][]byte
	// Where are clauses of each of which some condition holds for a leaf of every wanted message.
	Where   [][]leaf.Condition
	Limit   int  // of Scan: how many events are wanted at most; 0: not known
	Reverse bool // of Scan: newest first
	// Report is called now and then with what the running call has looked at so far, by one goroutine at a time.
	Report func(Statistics)
}

// Source gives the events of the groups that a query is about.
type Source interface {
	Groups() []Group
	// Visit gives the events of all groups once, in no order, to up to workers goroutines; see storage.Engine.VisitAll. What is
	// asked of a group is requested when it is its turn. Statistics are of all groups that were begun.
	Visit(ctx context.Context, request func(group int) *Request, workers int, visit func(worker, group int, b *column.Batch) error) (Statistics, error)
	// Scan gives them in order of id until visit wants no more.
	Scan(ctx context.Context, group int, r *Request, visit func(b *column.Batch) (more bool, err error)) (Statistics, error)
	// Estimate is about how many bytes of messages a visit would look at; it reads none.
	Estimate(ctx context.Context, group int, r *Request) (bytes int64, err error)
	// Pointer is the text of @ptr for an event.
	Pointer(group int, stream logs.StreamID, id logs.EventID) string
}

// Statistics say what was looked at.
type Statistics struct {
	Matched        int64 // events that passed all filters
	Scanned, Bytes int64 // events looked at, bytes of their messages
	SkippedEvents  int64 // left out unseen, as far as that is known
	SkippedBytes   int64
	Groups         int // that were read
}

// Add adds up.
func (s *Statistics) Add(x Statistics) {
	s.Matched += x.Matched
	s.Scanned += x.Scanned
	s.Bytes += x.Bytes
	s.SkippedEvents += x.SkippedEvents
	s.SkippedBytes += x.SkippedBytes
	s.Groups += x.Groups
}

// Field is one column of a row of the result.
type Field struct{ Name, Value string }

// Result is what a query gives.
type Result struct {
	Rows       [][]Field // a field that is null is not in its row
	Statistics Statistics
}

// Options are those of Run; zero values stand for the defaults.
type Options struct {
	Workers int   // goroutines that scan; default 1
	Memory  int64 // most bytes that are kept; default 256 MiB
	// Report is called now and then with what was looked at so far.
	Report func(Statistics)
	// Offer is called now and then, by one goroutine at a time, with rows that the result may have, in place of those before.
	// It is not called for aggregates, nor for what only whole tables tell.
	Offer func([][]Field)
	// Open gives the source of a plan inside of the plan that says which groups it reads.
	Open func(*plan.Plan) (Source, error)
	// Table returns a lookup table by its name; nil: there are none.
	Table func(ctx context.Context, name string) (*plan.Table, error)
	// SubqueryTime ends a query inside of a condition, and with it the query; default 30 s (cloudwatch-logs.md §16.3).
	SubqueryTime time.Duration
	// Now is the clock that says when it is time for Offer; nil: never.
	Now func() time.Time
}

// DefaultMemory is how many bytes a query keeps at most if nobody says.
const DefaultMemory = 256 << 20

const defaultSubqueryTime = 30 * time.Second

// Run executes a plan. With an error it returns what was looked at until then.
func Run(ctx context.Context, p *plan.Plan, source Source, o Options) (Result, error) {
	o.Workers = max(o.Workers, 1)
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.SubqueryTime == 0 {
		o.SubqueryTime = defaultSubqueryTime
	}
	r := &run{plan: p, source: source, o: o, memory: &memory{left: o.Memory}, tables: map[string]*plan.Table{}}
	t, err := r.table(ctx)
	out := Result{Statistics: r.statistics}
	if err != nil {
		return out, fmt.Errorf("query: %w", err)
	}
	if out.Rows, err = r.print(t); err != nil {
		return out, fmt.Errorf("query: %w", err)
	}
	return out, nil
}

// table executes the plan.
func (r *run) table(ctx context.Context) (*rows, error) {
	if estimates(r.plan) {
		return r.estimate(ctx)
	}
	if err := r.inner(ctx); err != nil {
		return nil, err
	}
	r.request, r.groups = newRequest(r.plan), r.source.Groups()
	t, err := r.gather(ctx)
	if err == nil {
		err = r.finish(ctx, t)
	}
	if err == nil {
		err = ctx.Err() // a sort that ended early says nothing
	}
	return t, err
}

// run is one execution.
type run struct {
	plan    *plan.Plan
	source  Source
	o       Options
	memory  *memory
	request *Request
	groups  []Group   // of source
	behind  []plan.Op // operators that run on the gathered table
	held    int64     // bytes of memory that are counted for the table

	matched    atomic.Int64 // events of the group that is read
	mu         sync.Mutex
	statistics Statistics
	outer      *run // that this one is for; nil: the query itself
	tables     map[string]*plan.Table
}

// count adds what was looked at in a group, and the events that matched.
func (r *run) count(s Statistics) {
	s.Matched = r.matched.Swap(0)
	r.add(s)
}

func (r *run) add(s Statistics) {
	if r.outer != nil {
		s.Matched = 0 // what a query gives is not what matched in the one around it
		r.outer.add(s)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statistics.Add(s)
	if r.o.Report != nil {
		r.o.Report(r.statistics)
	}
}

// requestOf is the request to one group, with a report of what its visit has looked at so far, beside the groups before. Leaves of
// a Lambda function's lines may stand inside of other text: there messages are needed for them.
func (r *run) requestOf(group int) *Request {
	request := *r.request
	if len(request.Fields) > 0 && discover.HasFragments(r.groups[group].Name) {
		request.Columns |= column.Rest
		request.Where = nil
	}
	if r.o.Report == nil {
		return &request
	}
	all := r
	for all.outer != nil {
		all = all.outer
	}
	request.Report = func(s Statistics) {
		if all == r {
			s.Matched = r.matched.Load()
		}
		all.mu.Lock()
		defer all.mu.Unlock()
		s.Add(all.statistics)
		r.o.Report(s)
	}
	return &request
}

// account counts what a table has become.
func (r *run) account(t *rows) error {
	size := t.size()
	more := size - r.held
	r.held = size
	return r.memory.take(more)
}

// grow counts bytes that an operator needs, until account tells what the table has become.
func (r *run) grow(bytes int64) error {
	r.held += bytes
	return r.memory.take(bytes)
}

// memory counts what is kept by all workers together.
type memory struct {
	mu   sync.Mutex
	left int64
}

// take counts bytes that are kept from now on.
func (m *memory) take(bytes int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left -= bytes; m.left < 0 {
		return ErrMemory
	}
	return nil
}

// give counts bytes that are kept no more.
func (m *memory) give(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left += bytes
}
