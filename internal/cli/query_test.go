package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/api"
)

// running answers as a server whose query runs until it is stopped.
type running struct {
	cancel  context.CancelFunc
	stopped []string
}

func (r *running) Do(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	answer := ""
	switch _, operation, _ := strings.Cut(q.Header.Get("X-Amz-Target"), "."); operation {
	case "StartQuery":
		answer = `{"queryId":"the-query"}`
	case "GetQueryResults":
		answer = `{"status":"Running","results":[],"statistics":{"recordsScanned":7.0}}`
		r.cancel()
	case "StopQuery":
		r.stopped = append(r.stopped, string(body))
		answer = `{"success":true}`
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, q.Context().Err()
}

func TestInterruptStopsTheQuery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &running{cancel: cancel}
	var out, fault bytes.Buffer
	q := &querier{
		s: streams{out: &out, err: &fault}, logs: &api.Client{Endpoint: "http://nowhere", HTTP: server},
		in: &api.StartQueryRequest{QueryString: "fields @message"}, progress: newProgress(&fault),
	}
	if err := q.run(ctx, "table"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if want := []string{`{"queryId":"the-query"}`}; !cmp.Equal(server.stopped, want) || out.Len() > 0 {
		t.Errorf("stopped %q, printed %q", server.stopped, out.String())
	}
}

func rowOf(fields ...string) (row []api.ResultField) {
	for i := 0; i < len(fields); i += 2 {
		row = append(row, api.ResultField{Field: api.Some(fields[i]), Value: api.Some(fields[i+1])})
	}
	return row
}

func TestRows(t *testing.T) {
	rows := [][]api.ResultField{
		rowOf("b", "1", "@ptr", "x"),
		rowOf("a", "text\tand\nlines\n", "b", "-2.5", "c", ">", "@ptr", "y"),
	}
	var table, lines bytes.Buffer
	if err := errors.Join(printRows(&table, rows), printCSV(&lines, rows)); err != nil {
		t.Fatal(err)
	}
	const wantTable = "a                   b  c\n-                   1  -\ntext and\\nlines  -2.5  >\n"
	if got := table.String(); got != wantTable {
		t.Errorf("table\n%s", cmp.Diff(wantTable, got))
	}
	if got, want := lines.String(), "a,b,c\n,1,\n\"text\tand\nlines\n\",-2.5,>\n"; got != want {
		t.Errorf("CSV\n%s", cmp.Diff(want, got))
	}
}

func TestNarrow(t *testing.T) {
	narrow := table{heading: []string{"n", "message"}, rows: [][]string{{"1", "a long message of ünïcode"}, {"22", "short"}}}
	narrow.narrow(16)
	var out bytes.Buffer
	if err := narrow.print(&out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "n   message\n1   a long mess…\n22  short\n"; got != want {
		t.Errorf("%s", cmp.Diff(want, got))
	}
}

func TestMark(t *testing.T) {
	for _, c := range []struct {
		text       string
		start, end int
		want       string
	}{
		{"fields é | limt 5", 11, 15, "  fields é | limt 5\n             ^^^^"},
		{"fields a\n\t| limt 5\n", 12, 16, "   | limt 5\n     ^^^^"},
		{"fields a |", 10, 10, "  fields a |\n            ^"},
		{"", 0, 0, "  \n  ^"},
		{"a (\nb", 2, 5, "  a (\n    ^"},
		{"a", 7, 9, "  a"},
	} {
		if got := mark(c.text, c.start, c.end); got != c.want {
			t.Errorf("%s", fmt.Sprintf("%q at %d to %d:\n%s\nwant\n%s", c.text, c.start, c.end, got, c.want))
		}
	}
}
