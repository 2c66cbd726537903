package plan

import (
	"errors"
	"slices"

	"tailrace/internal/insights/function"
	"tailrace/internal/insights/syntax"
)

// Env is what a query is compiled for; times are epoch milliseconds.
type Env struct {
	Now   int64 // when the query starts
	Start int64 // of its range of time, inclusive
	End   int64 // inclusive
	Limit int   // most rows of the result, if the query does not say; 0: all
	// Plain leaves the plan as the query says it: nothing is moved to the scan. It gives the same rows, later.
	Plain bool
	// Table returns a lookup table by its name; nil: there are none. Its error is for people.
	Table func(name string) (*Table, error)
}

// Build compiles a query that Parse made of a text. The error is syntax.Errors.
func Build(text string, q *syntax.Query, env Env) (*Plan, error) {
	var errs syntax.Diagnostics
	b := build(q, env, &errs)
	b.finish()
	if err := errs.Err(text); err != nil {
		return nil, err
	}
	b.optimize()
	return b.plan, nil
}

// build compiles the commands of a query, or of one inside of another.
func build(q *syntax.Query, env Env, errs *syntax.Diagnostics) *builder {
	b := &builder{env: env, plan: &Plan{Events: true}, scope: newScope(), errors: errs}
	b.groups(q.Source)
	b.plan.Scan.Start, b.plan.Scan.End = b.env.Start, b.env.End
	for _, stage := range q.Stages {
		b.stage(stage)
	}
	return b
}

// builder compiles one query.
type builder struct {
	env    Env
	plan   *Plan
	scope  *scope
	errors *syntax.Diagnostics
	// aggregate compiles the call of an aggregate; nil where none may stand.
	aggregate func(*syntax.Call) Expr
	// subqueries are those that stand in no condition of a filter so far, and their places.
	subqueries map[*In]syntax.Node
	// patternScope is the one in front of the last pattern command.
	patternScope *scope
	joins        []*sides
}

// scope is the rows at one place of the query: which column a name is, and what is shown.
type scope struct {
	columns map[string]int
	closed  bool // rows have no other columns: they do not stand for events
	width   int  // columns so far
	shown   []Output
	binned  *binned // nil: rows are not those of a stats by a period
	given   int     // of shown, how many are there because a command made the rows
	named   bool    // shown was said by fields or display
	display bool    // and by display, which is the last word
	// eventless rows have the columns of events and may be none.
	eventless bool
	join      *sides // nil: rows are of one side
	// structures are the columns that are maps or lists.
	structures map[int]bool
}

func newScope() *scope { return &scope{columns: map[string]int{}} }

func (b *builder) fail(at syntax.Node, format string, args ...any) {
	b.errors.Report(at.Pos(), format, args...)
}

// stage compiles one command.
func (b *builder) stage(stage syntax.Stage) {
	switch s := stage.(type) {
	case *syntax.Fields:
		b.fields(s)
	case *syntax.Display:
		b.display(s)
	case *syntax.Filter:
		b.filter(s)
	case *syntax.Search:
		b.search(s)
	case *syntax.ParseStage:
		b.parse(s)
	case *syntax.Stats:
		b.stats(s)
	case *syntax.Sort:
		b.sort(s)
	case *syntax.Limit:
		b.limitTo(s)
	case *syntax.Tail:
		b.tail(s)
	case *syntax.Dedup:
		b.dedup(s)
	case *syntax.Join:
		b.join(s)
	case *syntax.AppendCols:
		b.appendCols(s)
	case *syntax.Pattern:
		b.pattern(s)
	case *syntax.Diff:
		b.diff(s)
	case *syntax.LogCompare:
		b.logCompare(s)
	case *syntax.Anomaly:
		b.anomaly(s)
	default:
		b.tableStage(stage)
	}
}

// tableStage compiles the commands that take values apart, and those that look at rows together.
func (b *builder) tableStage(stage syntax.Stage) {
	switch s := stage.(type) {
	case *syntax.JSON:
		b.json(s)
	case *syntax.Unnest:
		b.unnest(s)
	case *syntax.Expand:
		b.expand(s)
	case *syntax.FilterIndex:
		b.filterIndex(s)
	case *syntax.Unmask:
		b.unmask(s)
	case *syntax.AddTotals:
		b.addTotals(s)
	case *syntax.Accum:
		b.accum(s)
	case *syntax.Autoregress:
		b.autoregress(s)
	case *syntax.FillDown:
		b.fillDown(s)
	case *syntax.FillMissing:
		b.fillMissing(s)
	case *syntax.CountFrequent:
		b.countFrequent(s)
	case *syntax.Sessionize:
		b.sessionize(s)
	case *syntax.Outlier:
		b.outlier(s)
	case *syntax.Lookup:
		b.lookup(s)
	case *syntax.CIDRLookup:
		b.cidrLookup(s)
	case *syntax.RelevantFields:
		b.relevantFields(s)
	case *syntax.Estimate:
		b.estimate(s)
	default:
		b.fail(stage, "%s is not supported by Tailrace", stage.Command())
	}
}

func (b *builder) add(op Op) { b.plan.Ops = append(b.plan.Ops, op) }

// column makes a new column of the rows and gives it a name.
func (b *builder) column(name string) int {
	at := b.scope.width
	b.scope.width++
	b.scope.columns[name] = at
	return at
}

// made makes a new column that is shown unless display says what is.
func (b *builder) made(name string) Column {
	at := b.column(name)
	if !b.scope.display {
		b.scope.show(name, at)
	}
	return Column{at, name}
}

// replace makes a new column for a name that is there: it takes the place of the old one where that is shown.
func (b *builder) replace(name string) Column {
	at := b.column(name)
	for i := range b.scope.shown {
		if b.scope.shown[i].Name == name {
			b.scope.shown[i].Column = at
		}
	}
	return Column{at, name}
}

// show adds a column to what is shown, or replaces the one of the same name.
func (s *scope) show(name string, column int) {
	if i := slices.IndexFunc(s.shown, func(o Output) bool { return o.Name == name }); i >= 0 {
		s.shown[i].Column = column
		return
	}
	s.shown = append(s.shown, Output{name, column})
}

// compute makes a column of an expression; one that is a column already makes none.
func (b *builder) compute(name string, e Expr) int {
	if column, ok := e.(*Column); ok {
		if b.scope.columns[name] != column.Index || name != column.Name {
			b.scope.columns[name] = column.Index
		}
		return column.Index
	}
	at := b.column(name)
	if b.structured(e) {
		b.scope.structure(at)
	}
	b.add(&Compute{Column: at, Name: name, Expr: e})
	return at
}

// finish says what is shown, and in what order rows come if the query does not.
func (b *builder) finish() {
	s := b.scope
	if !s.closed && !s.named {
		shown := s.shown
		s.shown = nil
		for _, name := range []string{"@timestamp", "@message"} {
			s.show(name, b.source(name).Index)
		}
		for _, o := range shown {
			s.show(o.Name, o.Column)
		}
	}
	b.plan.Output = s.shown
	b.plan.Events = !s.closed && !s.eventless
	b.finishJoins()
	b.refuseSubqueries()
	if b.env.Limit > 0 && !b.limited() {
		b.add(&Limit{Count: b.env.Limit, Implied: true})
	}
}

// limited tells whether the query says how many rows the result has at most.
func (b *builder) limited() bool {
	for _, op := range slices.Backward(b.plan.Ops) {
		if _, limit := op.(*Limit); limit {
			return true
		}
		if effect := op.Effect(); effect == Multiplies || effect == Replaces {
			return false
		}
	}
	return false
}

// functionEnv is the environment as functions know it.
func (b *builder) functionEnv() function.Env {
	return function.Env{Now: b.env.Now, Start: b.env.Start, End: b.env.End}
}

// argumentError reports what a function says of its arguments at the argument's place.
func (b *builder) argumentError(call *syntax.Call, err error) {
	var wrong *function.ArgumentError
	if errors.As(err, &wrong) && wrong.Index >= 0 && wrong.Index < len(call.Args) {
		b.fail(call.Args[wrong.Index], "%s", err)
		return
	}
	b.fail(call, "%s", err)
}
