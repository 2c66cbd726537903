package service

import (
	"fmt"
	"strings"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/storage"
)

// TestQueryContent: fields by content, patterns and joins read the same of the head and of segments, where columns that nothing asks
// for are not read.
func TestQueryContent(t *testing.T) {
	h := newHarness(t, Config{}, storage.Options{})
	for _, group := range []string{"/aws/lambda/f", "flows"} {
		must(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: group}))
		must(t, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: group, LogStreamName: "s"}))
	}
	h.putLines(t, "/aws/lambda/f",
		"START RequestId: 8f507cfc-1234-4697-b07a-ac58fc914c95 Version: $LATEST",
		"2024-01-01T00:00:00.000Z\t8f507cfc-1234-4697-b07a-ac58fc914c95\tINFO\t{\"order\":7,\"port\":22}",
		"REPORT RequestId: 8f507cfc-1234-4697-b07a-ac58fc914c95\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t",
		`{"order":8,"port":3389}`)
	h.putLines(t, "flows",
		"2 123456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
		`{"dstPort":3389,"bytes":10}`)
	queries := []struct{ text, want string }{
		{`SOURCE '/aws/lambda/f' | filter @type = "REPORT" | fields @duration, @maxMemoryUsed`, "@duration=102.25 @maxMemoryUsed=67000000"},
		{`SOURCE '/aws/lambda/f' | filter order > 0 | fields order`, "order=8; order=7"},
		{`SOURCE '/aws/lambda/f' | stats count(*) as n by @requestId | sort n | fields n`, "n=1; n=3"},
		{`SOURCE 'flows' | stats sum(bytes) as b`, "b=4259"},
		{`SOURCE 'flows' | pattern @message | stats sum(@sampleCount) as n, count(*) as p`, "n=2 p=2"},
		{`SOURCE '/aws/lambda/f' | join left=l right=r where l.port=r.dstPort (SOURCE 'flows') | sort l.order | fields l.order, r.bytes`, "l.order=7 r.bytes=4249; l.order=8 r.bytes=10"},
	}
	for _, where := range []string{"head", "segments"} {
		for _, q := range queries {
			if got := h.answer(t, q.text); got != q.want {
				t.Errorf("%s: %s: got %q, want %q", where, q.text, got, q.want)
			}
		}
		must(t, h.engine.Flush(h.ctx))
	}
}

func (h *harness) putLines(t *testing.T, group string, lines ...string) {
	in := &api.PutLogEventsRequest{LogGroupName: group, LogStreamName: "s"}
	for i, line := range lines {
		in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: h.millis.Load() - 1000 + int64(i), Message: []byte(line)})
	}
	_, err := h.PutLogEvents(h.ctx, in)
	must(t, err)
}

// answer runs a query over an hour and prints its rows, without pointers.
func (h *harness) answer(t *testing.T, text string) string {
	now := h.millis.Load() / 1000
	started, err := h.StartQuery(h.ctx, &api.StartQueryRequest{QueryString: text, StartTime: now - 3600, EndTime: now})
	must(t, err)
	h.settle()
	result, err := h.GetQueryResults(h.ctx, &api.GetQueryResultsRequest{QueryID: started.QueryID.Value})
	must(t, err)
	if result.Status.Value != api.QueryStatusComplete {
		t.Fatal(text, result.Status.Value)
	}
	rows := make([]string, len(result.Results))
	for i, row := range result.Results {
		var cells []string
		for _, f := range row {
			if f.Field.Value != "@ptr" {
				cells = append(cells, fmt.Sprint(f.Field.Value, "=", f.Value.Value))
			}
		}
		rows[i] = strings.Join(cells, " ")
	}
	return strings.Join(rows, "; ")
}
