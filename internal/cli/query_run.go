package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tailrace/internal/api"
)

const (
	// A client asks again after firstPoll, then twice as long each time, up to lastPoll.
	firstPoll = 20 * time.Millisecond
	lastPoll  = time.Second
	// stopTime is how long an interrupted client tries to stop its query.
	stopTime = 5 * time.Second
)

// querier runs one query.
type querier struct {
	s        streams
	logs     *api.Client
	in       *api.StartQueryRequest
	progress *progress
}

// run prints the rows of the query.
func (q *querier) run(ctx context.Context, form string) error {
	all, err := q.answer(ctx, 0)
	if err != nil {
		return err
	}
	switch form {
	case "json":
		err = printJSON(q.s, all)
	case "csv":
		err = printCSV(q.s.out, all.Results)
	default:
		err = printRows(q.s.out, all.Results)
	}
	if err != nil {
		return err
	}
	q.progress.done("%s, %s", plural(int64(len(all.Results)), "row"), lookedAt(all.Statistics))
	return ended(all)
}

// answer waits for the end of the query and reads its result, or only so many rows of it.
func (q *querier) answer(ctx context.Context, most int32) (*api.GetQueryResultsResponse, error) {
	started, err := q.logs.StartQuery(ctx, q.in)
	if err != nil {
		return nil, pointOut(q.in.QueryString, err)
	}
	in := &api.GetQueryResultsRequest{QueryID: started.QueryID.Value, MaxItems: api.Some(int32(1))}
	all, err := q.wait(ctx, in)
	if err != nil {
		return nil, q.stopped(ctx, in.QueryID, err)
	}
	all.Results = [][]api.ResultField{}
	if in.MaxItems = (api.Opt[int32]{}); most > 0 {
		in.MaxItems = api.Some(most)
	}
	for {
		page, err := q.logs.GetQueryResults(ctx, in)
		if err != nil {
			return nil, err
		}
		all.Results = append(all.Results, page.Results...)
		if in.NextToken = page.NextToken; !page.NextToken.Set || most > 0 {
			all.NextToken = api.Opt[string]{}
			return all, nil
		}
		q.progress.show("%s read", plural(int64(len(all.Results)), "row"))
	}
}

// wait asks until the query has ended.
func (q *querier) wait(ctx context.Context, in *api.GetQueryResultsRequest) (*api.GetQueryResultsResponse, error) {
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		out, err := q.logs.GetQueryResults(ctx, in)
		if err != nil {
			return nil, err
		}
		switch out.Status.Value {
		case api.QueryStatusScheduled:
			q.progress.show("waiting for other queries")
		case api.QueryStatusRunning:
			q.progress.show("%s", lookedAt(out.Statistics))
		default:
			q.progress.clear()
			return out, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// stopped stops the query that an interrupted client has left.
func (q *querier) stopped(ctx context.Context, id string, err error) error {
	q.progress.clear()
	if ctx.Err() == nil {
		return err
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	_, failed := q.logs.StopQuery(stop, &api.StopQueryRequest{QueryID: id})
	if _, over := errors.AsType[*api.InvalidParameterException](failed); failed != nil && !over {
		return fmt.Errorf("interrupted, but the query %s goes on: %w", id, failed)
	}
	return err
}

// ended tells whether the query came to its end.
func ended(out *api.GetQueryResultsResponse) error {
	switch out.Status.Value {
	case api.QueryStatusComplete:
		return nil
	case api.QueryStatusTimeout:
		return errors.New("the query took too long and was ended: rows are missing")
	case api.QueryStatusCancelled:
		return errors.New("the query was stopped: rows are missing")
	}
	return errors.New("the query failed: rows are missing, and the server's log says why")
}

// lookedAt says what a query has looked at.
func lookedAt(x *api.QueryStatistics) string {
	if x == nil {
		x = &api.QueryStatistics{}
	}
	text := fmt.Sprintf("%s events of %s scanned, %s matched", humanCount(int64(x.RecordsScanned.Value)),
		humanSize(int64(x.BytesScanned.Value)), humanCount(int64(x.RecordsMatched.Value)))
	if skipped := x.EstimatedRecordsSkipped.Value; skipped > 0 {
		text += fmt.Sprintf(", %s of %s skipped", humanCount(int64(skipped)), humanSize(int64(x.EstimatedBytesSkipped.Value)))
	}
	return text
}

// pointOut adds to the refusal of a query the line that it is about, with its place marked.
func pointOut(text string, err error) error {
	wrong, ok := errors.AsType[*api.MalformedQueryException](err)
	if !ok || wrong.QueryCompileError == nil || wrong.QueryCompileError.Location == nil {
		return err
	}
	message, _, _ := strings.Cut(wrong.Message, " (Service: AWSLogs;")
	at := wrong.QueryCompileError.Location
	return fmt.Errorf("%s: %s\n%s", wrong.ErrorCode(), message, mark(text, int(at.StartCharOffset.Value), int(at.EndCharOffset.Value)))
}

// mark is the line of a text with characters from start to end underlined.
func mark(text string, start, end int) string {
	for line := range strings.Lines(text + "\n") {
		n := utf8.RuneCountInString(line)
		if start >= n {
			start, end = start-n, end-n
			continue
		}
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", " "), "\r\n")
		return "  " + line + "\n  " + strings.Repeat(" ", start) + strings.Repeat("^", max(1, min(end, n-1)-start))
	}
	return "  " + text
}
