package service

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/insights/exec"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
	"tailrace/internal/query"
)

const (
	// defaultQueryLimit is how many rows a query gives that does not say (cloudwatch-logs.md §15).
	defaultQueryLimit = 10_000
	// A page of GetQueryResults ends at so many rows or about so many bytes.
	maxResultPage  = 10_000
	maxResultBytes = 16 << 20
	// resultTokenLifetime is how long a token of GetQueryResults is taken (cloudwatch-logs.md §17).
	resultTokenLifetime = time.Hour
	// leastMillis is the least time that is taken for milliseconds where seconds are asked for: the year 5138 in seconds.
	leastMillis = 1e11
)

var queryNoun = noun{notFound: "The specified query does not exist."}

// StartQuery begins a query of Logs Insights over some groups and returns its id (cloudwatch-logs.md §15).
func (s *Service) StartQuery(ctx context.Context, in *api.StartQueryRequest) (*api.StartQueryResponse, error) {
	scope := scopeOf(ctx)
	start, end := queryRange(in)
	if end < start {
		return nil, invalidParameter("The specified time range is invalid: endTime is before startTime.")
	}
	language := in.QueryLanguage.Or(api.QueryLanguageCwli)
	if err := checkLimit(language, in.Limit); err != nil {
		return nil, err
	}
	text, err := s.expandQuery(ctx, language, in.QueryString)
	if list, ok := errors.AsType[syntax.Errors](err); ok {
		return nil, malformedQuery(list)
	} else if err != nil {
		return nil, err
	}
	tree, err := parseQuery(language, text.Text)
	if err != nil {
		return nil, malformedQuery(text.Places(err))
	}
	tables := &lookups{s: s, ctx: ctx, have: map[string]*plan.Table{}}
	p, err := plan.Build(text.Text, tree, plan.Env{Now: s.millis(), Start: start, End: end, Limit: int(in.Limit.Or(defaultQueryLimit)), Table: tables.table})
	if tables.err != nil {
		return nil, tableNoun.exception("start query", tables.err)
	}
	if err != nil {
		return nil, malformedQuery(text.Places(err))
	}
	sources, err := s.querySources(ctx, in, p)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(text, tree, sources); err != nil {
		return nil, err
	}
	source := sources[p.Groups]
	spec := query.Spec{Scope: scope, Language: string(language), Text: in.QueryString, Start: start, End: end, Sourced: p.Groups != nil, Caller: auth.FromContext(ctx).AccessKeyID}
	for i := range source.groups {
		spec.Groups = append(spec.Groups, source.groups[i].Name)
	}
	id, err := s.queries.Start(spec, s.runQuery(scope, p, sources))
	if errors.Is(err, query.ErrTooMany) {
		return nil, &api.LimitExceededException{Message: fmt.Sprintf("Account maximum query concurrency limit of [%d] reached.%s", s.queries.Most(), leaked("LimitExceededException"))}
	}
	if err != nil {
		return nil, queryNoun.exception("start query", err)
	}
	return &api.StartQueryResponse{QueryID: api.Some(id)}, nil
}

// queryRange is the span of a query in milliseconds, both ends inclusive: whole seconds, as Amazon has them.
func queryRange(in *api.StartQueryRequest) (start, end int64) {
	start, end = in.StartTime, in.EndTime
	if start < leastMillis {
		start *= 1000
	}
	if end < leastMillis {
		end = end*1000 + 999
	}
	return start, end
}

// leaked is what Amazon's service behind the API leaves at the end of its messages.
func leaked(code string) string {
	return fmt.Sprintf(" (Service: AWSLogs; Status Code: 400; Error Code: %s; Request ID: %s; Proxy: null)", code, query.NewID())
}

// malformedQuery says what is wrong with a query: all of it in the message, the first of it with its place.
func malformedQuery(err error) error {
	out := &api.MalformedQueryException{Message: err.Error() + leaked("MalformedQueryException")}
	var list syntax.Errors
	if errors.As(err, &list) && len(list) > 0 {
		first := list[0]
		message := first.Message
		for _, more := range list[1:] {
			message += "; " + more.Error()
		}
		out.Message = message + leaked("MalformedQueryException")
		out.QueryCompileError = &api.QueryCompileError{
			Location: &api.QueryCompileErrorLocation{StartCharOffset: api.Some(int32(first.Start)), EndCharOffset: api.Some(int32(first.End))},
			Message:  api.Some(first.Message),
		}
	}
	return out
}

// runQuery is the work of a query.
func (s *Service) runQuery(scope logs.Scope, p *plan.Plan, sources querySources) query.Run {
	source := sources[p.Groups]
	return func(ctx context.Context, progress *query.Progress) ([]query.Row, error) {
		report := func(x exec.Statistics) { progress.Report(statisticsOf(x)) }
		result, err := exec.Run(ctx, p, source, exec.Options{
			Workers: runtime.GOMAXPROCS(0), Memory: s.memory, Now: s.now, Open: sources.open, Report: report, Offer: func(rows [][]exec.Field) { progress.Offer(rowsOf(rows)) },
			Table: func(ctx context.Context, name string) (*plan.Table, error) { return s.readTable(ctx, scope, name) },
		})
		report(result.Statistics)
		if err != nil {
			return nil, err
		}
		return rowsOf(result.Rows), nil
	}
}

func rowsOf(rows [][]exec.Field) []query.Row {
	out := make([]query.Row, len(rows))
	for i, row := range rows {
		out[i] = make(query.Row, len(row))
		for j, f := range row {
			out[i][j] = query.Field(f)
		}
	}
	return out
}

func statisticsOf(x exec.Statistics) query.Statistics {
	return query.Statistics{
		Matched: float64(x.Matched), Scanned: float64(x.Scanned), Skipped: float64(x.SkippedEvents),
		BytesScanned: float64(x.Bytes), BytesSkipped: float64(x.SkippedBytes), GroupsSearched: float64(x.Groups),
	}
}

// GetQueryResults says how far a query is and returns a page of its rows.
func (s *Service) GetQueryResults(ctx context.Context, in *api.GetQueryResultsRequest) (*api.GetQueryResultsResponse, error) {
	walk := newWalk("GetQueryResults", scopeOf(ctx)).text(in.QueryID)
	var at query.Cursor
	if in.NextToken.Set {
		cursor, err := s.tokens.openWithin(walk, in.NextToken.Value, resultTokenLifetime)
		if err != nil || len(cursor) != 8 {
			return nil, queryNoun.exception("get query results", errToken)
		}
		at.Offset = int64(binary.BigEndian.Uint64(cursor))
	}
	most := int(in.MaxItems.Or(maxResultPage))
	if most == 0 {
		most = maxResultPage
	}
	page, err := s.queries.Get(scopeOf(ctx), in.QueryID, at, most, maxResultBytes)
	if err != nil {
		return nil, queryNoun.exception("get query results", err)
	}
	out := &api.GetQueryResultsResponse{
		QueryLanguage: api.Some(api.QueryLanguage(page.Language)), Status: api.Some(api.QueryStatus(page.Status)),
		Results: make([][]api.ResultField, len(page.Rows)), Statistics: describeStatistics(&page.Info),
	}
	for i, row := range page.Rows {
		out.Results[i] = make([]api.ResultField, len(row))
		for j, f := range row {
			out.Results[i][j] = api.ResultField{Field: api.Some(f.Name), Value: api.Some(f.Value)}
		}
	}
	if page.More {
		out.NextToken = api.Some(s.tokens.seal(walk, binary.BigEndian.AppendUint64(nil, uint64(page.Next.Offset))))
	}
	return out, nil
}

// describeStatistics has the estimates only when they are final, as Amazon has it.
func describeStatistics(info *query.Info) *api.QueryStatistics {
	x := &info.Statistics
	out := &api.QueryStatistics{RecordsMatched: api.Some(x.Matched), RecordsScanned: api.Some(x.Scanned), BytesScanned: api.Some(x.BytesScanned)}
	if info.Status.Ended() {
		out.EstimatedRecordsSkipped, out.EstimatedBytesSkipped = api.Some(x.Skipped), api.Some(x.BytesSkipped)
		out.LogGroupsScanned = api.Some(x.GroupsSearched)
	}
	return out
}

// StopQuery ends a query; what it has found stays readable.
func (s *Service) StopQuery(ctx context.Context, in *api.StopQueryRequest) (*api.StopQueryResponse, error) {
	err := s.queries.Stop(scopeOf(ctx), in.QueryID)
	if errors.Is(err, query.ErrNotRunning) {
		return nil, invalidParameter("The specified query is not running.")
	}
	if err != nil {
		return nil, queryNoun.exception("stop query", err)
	}
	return &api.StopQueryResponse{Success: api.Some(true)}, nil
}
