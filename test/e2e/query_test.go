package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"tailrace/test/servertest"
)

// querier runs queries as users of the SDK write them: start, ask until it has ended, read on while there is a token.
type querier struct {
	t      *testing.T
	c      *cloudwatchlogs.Client
	groups []string
}

func (q *querier) start(text string) *string {
	q.t.Helper()
	out, err := q.c.StartQuery(q.t.Context(), &cloudwatchlogs.StartQueryInput{
		LogGroupNames: q.groups, QueryString: &text, Limit: aws.Int32(100_000),
		StartTime: aws.Int64(time.Now().Add(-24 * time.Hour).Unix()), EndTime: aws.Int64(time.Now().Unix()),
	})
	if err != nil {
		q.t.Fatalf("%s: %v", text, err)
	}
	return out.QueryId
}

func (q *querier) wait(id *string) *cloudwatchlogs.GetQueryResultsOutput {
	q.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		out, err := q.c.GetQueryResults(q.t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: id})
		if err != nil {
			q.t.Fatal(err)
		}
		if out.Status != types.QueryStatusScheduled && out.Status != types.QueryStatusRunning {
			return out
		}
	}
	q.t.Fatal("the query does not end")
	return nil
}

// rows are the rows of a query as maps, without pointers.
func (q *querier) rows(text string) (rows []map[string]string) {
	q.t.Helper()
	id := q.start(text)
	for out := q.wait(id); ; {
		if out.Status != types.QueryStatusComplete {
			q.t.Fatalf("%s: %s", text, out.Status)
		}
		for _, row := range out.Results {
			fields := map[string]string{}
			for _, f := range row {
				fields[*f.Field] = *f.Value
			}
			delete(fields, "@ptr")
			rows = append(rows, fields)
		}
		if out.NextToken == nil {
			return rows
		}
		var err error
		if out, err = q.c.GetQueryResults(q.t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: id, NextToken: out.NextToken}); err != nil {
			q.t.Fatal(err)
		}
	}
}

// wants compares all rows, printed as JSON, a line a row.
func (q *querier) wants(text string, want ...string) {
	q.t.Helper()
	var got []string
	for _, row := range q.rows(text) {
		line, _ := json.Marshal(row)
		got = append(got, string(line))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		q.t.Errorf("%s\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// put makes a group with a stream of messages, a second after each other, the last one a minute ago.
func put(t *testing.T, c *cloudwatchlogs.Client, group string, messages ...string) {
	t.Helper()
	stream := aws.String("s")
	_, err := c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group})
	_, again := c.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: stream})
	if err = errors.Join(err, again); err != nil {
		t.Fatal(err)
	}
	first := time.Now().Add(-time.Minute - time.Duration(len(messages))*time.Second).UnixMilli()
	for at := 0; at < len(messages); at += 5000 {
		var events []types.InputLogEvent
		for i, m := range messages[at:min(at+5000, len(messages))] {
			events = append(events, types.InputLogEvent{Timestamp: aws.Int64(first + int64(at+i)*1000), Message: &m})
		}
		if _, err := c.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: stream, LogEvents: events}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSDKQueries(t *testing.T) {
	s := servertest.Start(t, t.TempDir())
	c := s.Client()
	put(t, c, "/e2e/app",
		`{"level":"ERROR","ms":12.5,"server":"a","errorCode":"AccessDenied","eventName":"UpdateTrail","requestId":"r1","tlsDetails":{"tlsVersion":"TLSv1.1"},"eventSource":"s3","detail-type":"x"}`,
		`{"level":"INFO","ms":7,"server":"b","accounts":[{"type":"internal","id":1},{"type":"external","id":2}]}`,
		`{"level":"ERROR","ms":90,"server":"a","requestId":"r2"}`,
		`REPORT RequestId: 3f9a1b2c-0000-4000-8000-000000000001	Duration: 12.34 ms	Billed Duration: 100 ms	Memory Size: 128 MB	Max Memory Used: 64 MB`,
		`2 123456789010 eni-1235b8ca123456789 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK`,
		`user=ann, method:GET, latency := 12 Exception`,
	)
	put(t, c, "/e2e/db", `{"status":"FAILED","requestId":"r2"}`, `{"status":"OK","requestId":"r1"}`)
	q := &querier{t, c, []string{"/e2e/app"}}
	t.Run("samples of the guide", func(t *testing.T) { q := *q; q.t = t; samples(&q) })
	t.Run("grafana", func(t *testing.T) { q := *q; q.t = t; grafana(&q) })
	t.Run("errors", func(t *testing.T) { queryErrors(t, c) })
	t.Run("records and fields", func(t *testing.T) { q := *q; q.t = t; records(&q) })
	t.Run("pages", func(t *testing.T) { resultPages(t, s) })
}

// samples are queries of cloudwatch-logs.md §16.8.
func samples(q *querier) {
	q.wants("fields @message | sort @timestamp desc | limit 1", `{"@message":"user=ann, method:GET, latency := 12 Exception"}`)
	q.wants("filter @message like /Exception/ | stats count(*) as exceptionCount by level | sort exceptionCount desc", `{"exceptionCount":"1"}`)
	q.wants("fields @message | filter @message not like /ERROR|INFO|REPORT|ACCEPT/", `{"@message":"user=ann, method:GET, latency := 12 Exception"}`)
	q.wants("filter ispresent(server) | fields server, level | sort @timestamp desc | dedup server, level", `{"level":"ERROR","server":"a"}`, `{"level":"INFO","server":"b"}`)
	q.wants(`filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB, min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB, `+
		`avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB, max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB, provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB`,
		`{"avgMemoryUsedMB":"64","maxMemoryUsedMB":"64","overProvisionedMB":"64","provisonedMemoryMB":"128","smallestMemoryRequestMB":"64"}`)
	q.wants(`filter isIpv4InSubnet(srcAddr, "192.0.2.0/24") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc | limit 15`,
		`{"bytesTransferred":"4249","dstAddr":"172.31.16.21"}`)
	q.wants(`filter eventName="UpdateTrail" and ispresent(errorCode) | stats count(*) by errorCode, errorMessage`, `{"count(*)":"1","errorCode":"AccessDenied"}`)
	q.wants(`filter tlsDetails.tlsVersion in [ "TLSv1", "TLSv1.1" ] | stats count(*) as n by eventSource | sort n desc`, `{"eventSource":"s3","n":"1"}`)
	q.wants("filter ispresent(`detail-type`) | stats count(*) as numberOfEvents by `detail-type` | sort numberOfEvents desc", `{"detail-type":"x","numberOfEvents":"1"}`)
	q.wants(`parse @message "user=*, method:*, latency := *" as @user, @method, @latency | filter ispresent(@user) | display @user, @method, @latency`,
		`{"@latency":"12 Exception","@method":"GET","@user":"ann"}`)
	q.wants(`parse @message /user=(?<user2>.*?), method:(?<method2>.*?), latency := (?<latency2>\d+)/ | filter ispresent(user2) | stats avg(latency2) by method2, user2`,
		`{"avg(latency2)":"12","method2":"GET","user2":"ann"}`)
	q.wants(`FIELDS strlen(@message) AS message_length | STATS sum(message_length) as total BY bin(1d) | STATS max(total) > 500 AS large`, `{"large":"1"}`)
	q.wants(`STATS countDistinct(server) AS servers, count(*) AS requests BY level | FILTER servers > 0 and requests > 1 | STATS count(*) AS levels, sum(requests) / count(*) AS mean`,
		`{"levels":"1","mean":"2"}`)
	q.wants("filter requestId in ( SOURCE '/e2e/db' | filter status = \"FAILED\" | stats count(*) as c by requestId | filter c > 0 | fields requestId ) | fields requestId",
		`{"requestId":"r2"}`)
}

// grafana is what its data source sends: a prefix before every query.
func grafana(q *querier) {
	const prefix = "fields @timestamp,ltrim(@log) as __log__grafana_internal__,ltrim(@logStream) as __logstream__grafana_internal__|"
	rows := q.rows(prefix + `fields @message | filter level = "INFO"`)
	if len(rows) != 1 || rows[0]["__log__grafana_internal__"] != "123456789012:/e2e/app" || rows[0]["__logstream__grafana_internal__"] != "s" {
		q.t.Errorf("%v", rows)
	}
	if _, err := time.Parse("2006-01-02 15:04:05.000", rows[0]["@timestamp"]); err != nil {
		q.t.Error(err)
	}
	if rows = q.rows(prefix + "stats count(*) as n by bin(1h)"); len(rows) == 0 || len(rows[0]) != 2 {
		q.t.Errorf("%v", rows)
	}
}

func queryErrors(t *testing.T, c *cloudwatchlogs.Client) {
	in := &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("/e2e/app"), QueryString: aws.String("fields @message | limit five"), StartTime: aws.Int64(1), EndTime: aws.Int64(2)}
	_, err := c.StartQuery(t.Context(), in)
	var malformed *types.MalformedQueryException
	if !errors.As(err, &malformed) || malformed.QueryCompileError == nil || *malformed.QueryCompileError.Location.StartCharOffset != 24 ||
		*malformed.QueryCompileError.Location.EndCharOffset != 28 || !strings.Contains(*malformed.Message, "(Service: AWSLogs; Status Code: 400; Error Code: MalformedQueryException; Request ID: ") {
		t.Errorf("%v", err)
	}
	in.LogGroupName, in.QueryString = aws.String("none"), aws.String("fields @message")
	_, err = c.StartQuery(t.Context(), in)
	wantError[*types.ResourceNotFoundException](t, err, "Log group 'none' does not exist for account ID '123456789012' (Service: AWSLogs;")
	_, err = c.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String("12ab3456-12ab-123a-789e-1234567890ab")})
	wantError[*types.ResourceNotFoundException](t, err, "")
}

func records(q *querier) {
	ctx := q.t.Context()
	id := q.start(`filter level = "INFO"`)
	out := q.wait(id)
	row := out.Results[0]
	record, err := q.c.GetLogRecord(ctx, &cloudwatchlogs.GetLogRecordInput{LogRecordPointer: row[len(row)-1].Value})
	if err != nil || record.LogRecord["accounts.1.type"] != "external" || record.LogRecord["@log"] != "123456789012:/e2e/app" {
		q.t.Errorf("%+v, %v", record, err)
	}
	fields, err := q.c.GetLogGroupFields(ctx, &cloudwatchlogs.GetLogGroupFieldsInput{LogGroupName: aws.String("/e2e/app")})
	if err != nil || len(fields.LogGroupFields) < 10 || fields.LogGroupFields[0].Percent != 100 {
		q.t.Errorf("%+v, %v", fields, err)
	}
	list, err := q.c.DescribeQueries(ctx, &cloudwatchlogs.DescribeQueriesInput{LogGroupName: aws.String("/e2e/app"), Status: types.QueryStatusComplete})
	if err != nil || len(list.Queries) == 0 || !strings.HasPrefix(*list.Queries[0].QueryString, `SOURCE "/e2e/app" START=`) {
		q.t.Errorf("%+v, %v", list, err)
	}
	pages := cloudwatchlogs.NewListLogGroupsForQueryPaginator(q.c, &cloudwatchlogs.ListLogGroupsForQueryInput{QueryId: id})
	page, err := pages.NextPage(ctx)
	if err != nil || len(page.LogGroupIdentifiers) != 1 || pages.HasMorePages() {
		q.t.Errorf("%+v, %v", page, err)
	}
	_, err = q.c.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: id})
	wantError[*types.InvalidParameterException](q.t, err, "not running")
}

// resultPages reads more rows than a page has, before and after a restart of the server.
func resultPages(t *testing.T, s *servertest.Server) {
	var messages []string
	for i := range 25_000 {
		messages = append(messages, fmt.Sprint(i))
	}
	q := &querier{t, s.Client(), []string{"/e2e/many"}}
	put(t, q.c, q.groups[0], messages...)
	rows := q.rows("fields @message | sort @timestamp asc | limit 25000")
	for i, row := range rows {
		if row["@message"] != messages[i] {
			t.Fatalf("row %d is %v", i, row)
		}
	}
	if len(rows) != len(messages) {
		t.Errorf("%d rows", len(rows))
	}
	id := q.start("stats count(*) as n")
	q.wait(id)
	s.Stop()
	again := servertest.Start(t, s.Data)
	out := (&querier{t: t, c: again.Client()}).wait(id)
	if out.Status != types.QueryStatusComplete || *out.Results[0][0].Value != "25000" || out.Statistics.RecordsScanned != 25_000 {
		t.Errorf("after a restart: %+v", out)
	}
	q.c = again.Client()
	q.wants("stats count(*) as n", `{"n":"25000"}`)
}

// TestCLIQueries is an operator's session with the AWS CLI.
func TestCLIQueries(t *testing.T) {
	cli := tool(t, "aws")
	s := servertest.Start(t, t.TempDir())
	put(t, s.Client(), "/e2e/cli", `{"status":500}`, `{"status":200}`, `{"status":500}`)
	env := awsEnv(s, servertest.AccessKey, servertest.SecretKey)
	logs := func(args ...string) string { t.Helper(); return run(t, env, cli, append([]string{"logs"}, args...)...) }
	now := time.Now().Unix()
	query := []string{"start-query", "--log-group-name", "/e2e/cli", "--start-time", fmt.Sprint(now - 3600), "--end-time", fmt.Sprint(now), "--query-string"}
	started := logs(append(query, "stats count(*) as n by status | sort n desc", "--query", "queryId", "--output", "text")...)
	type results struct {
		Status     string
		Statistics struct{ RecordsScanned float64 }
		Results    [][]struct{ Field, Value string }
	}
	var got results
	for got.Status != "Complete" {
		got = decode[results](t, logs("get-query-results", "--query-id", strings.TrimSpace(started)))
	}
	if fmt.Sprint(got.Results) != "[[{status 500} {n 2}] [{status 200} {n 1}]]" || got.Statistics.RecordsScanned != 3 {
		t.Errorf("%+v", got)
	}
	_, fault, err := try(t, env, cli, append([]string{"logs"}, append(query, "limit five")...)...)
	if err == nil || !strings.Contains(fault, "An error occurred (MalformedQueryException) when calling the StartQuery operation: unexpected 'five'") {
		t.Errorf("%v %s", err, fault)
	}
	if out := logs("describe-queries", "--query", "queries[].status", "--output", "text"); strings.TrimSpace(out) != "Complete" {
		t.Errorf("describe-queries: %s", out)
	}
}

const botoQueries = `
import boto3, time
c = boto3.client("logs")
now = int(time.time())
c.create_log_group(logGroupName="/e2e/boto")
c.create_log_stream(logGroupName="/e2e/boto", logStreamName="s")
c.put_log_events(logGroupName="/e2e/boto", logStreamName="s", logEvents=[{"timestamp": now * 1000 - 5000 + i, "message": '{"n":%d,"s":"é"}' % i} for i in range(100)])
def query(text, **more):
    id = c.start_query(logGroupName="/e2e/boto", startTime=now - 3600, endTime=now, queryString=text, **more)["queryId"]
    while True:
        r = c.get_query_results(queryId=id)
        if r["status"] not in ("Scheduled", "Running"):
            return id, r
        time.sleep(0.02)
id, r = query("stats sum(n) as total, pct(n, 50) as median by s")
assert r["status"] == "Complete" and r["results"] == [[{"field": "s", "value": "é"}, {"field": "total", "value": "4950"}, {"field": "median", "value": "49.5"}]], r
assert r["statistics"]["recordsScanned"] == 100.0 and r["statistics"]["recordsMatched"] == 100.0, r
id, r = query("fields n | sort n desc", limit=2)
assert [f["value"] for row in r["results"] for f in row if f["field"] == "n"] == ["99", "98"], r
record = c.get_log_record(logRecordPointer=r["results"][0][-1]["value"])["logRecord"]
assert record["n"] == "99" and record["s"] == "é", record
try:
    query("fields @message | filter nope(n) = 1")
    raise SystemExit("a function that does not exist was taken")
except c.exceptions.MalformedQueryException as e:
    at = e.response["queryCompileError"]["location"]
    assert (at["startCharOffset"], at["endCharOffset"]) == (25, 29), e.response
for bad in (lambda: c.stop_query(queryId=id), lambda: c.get_query_results(queryId=id, nextToken="x")):
    try:
        bad()
        raise SystemExit("taken")
    except c.exceptions.InvalidParameterException:
        pass
d = c.put_query_definition(name="top", queryString="sort n desc | limit {{k}}", parameters=[{"name": "k", "defaultValue": "3"}], logGroupNames=["/e2e/boto"])
_, r = query("fields n | $top(k=5)")
assert len(r["results"]) == 5, r
listed = [x["queryId"] for p in c.get_paginator("describe_queries").paginate(logGroupName="/e2e/boto", PaginationConfig={"PageSize": 2}) for x in p["queries"]]
assert len(listed) == 3 and id in listed, listed
names = [x["name"] for x in c.get_log_group_fields(logGroupName="/e2e/boto")["logGroupFields"]]
assert set(names) == {"@timestamp", "@message", "@logStream", "@log", "@ingestionTime", "n", "s"}, names
print("done")
`

// TestBoto3Queries is a program's session with boto3.
func TestBoto3Queries(t *testing.T) {
	python := tool(t, "python3")
	if _, _, err := try(t, os.Environ(), python, "-c", "import boto3"); err != nil {
		t.Skip("NOTICE: boto3 is not on this machine; its part of the test is skipped")
	}
	s := servertest.Start(t, t.TempDir())
	script := filepath.Join(t.TempDir(), "session.py")
	if err := os.WriteFile(script, []byte(botoQueries), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(t, awsEnv(s, servertest.AccessKey, servertest.SecretKey), python, script); strings.TrimSpace(out) != "done" {
		t.Error(out)
	}
}
