package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tailrace/test/servertest"
)

type cliStreams struct {
	LogStreams []struct {
		LogStreamName      string
		LastEventTimestamp int64
	}
}

// TestAWSCLI is an operator's session with the AWS CLI, signed with an imported key.
func TestAWSCLI(t *testing.T) {
	cli := tool(t, "aws")
	data := t.TempDir()
	if _, err := servertest.Run(t.Context(), "keys", "import", "AKIAE2E", "--secret", "e2e-secret", "--account", "111111111111", "--data", data); err != nil {
		t.Fatal(err)
	}
	s := servertest.Start(t, data)
	env := awsEnv(s, "AKIAE2E", "e2e-secret")
	logs := func(args ...string) string { t.Helper(); return run(t, env, cli, append([]string{"logs"}, args...)...) }

	logs("create-log-group", "--log-group-name", "/e2e/cli", "--tags", "team=night")
	logs("put-retention-policy", "--log-group-name", "/e2e/cli", "--retention-in-days", "7")
	now := time.Now().UnixMilli()
	for i, stream := range []string{"b/2", "a/1"} {
		logs("create-log-stream", "--log-group-name", "/e2e/cli", "--log-stream-name", stream)
		events := filepath.Join(t.TempDir(), "events.json")
		text, _ := json.Marshal([]map[string]any{
			{"timestamp": now + int64(i)*1000, "message": "START é " + stream}, {"timestamp": now + int64(i)*1000 + 1, "message": `{"status":500}`},
		})
		if err := os.WriteFile(events, text, 0o600); err != nil {
			t.Fatal(err)
		}
		logs("put-log-events", "--log-group-name", "/e2e/cli", "--log-stream-name", stream, "--log-events", "file://"+events)
	}
	if got := names(decode[cliStreams](t, logs("describe-log-streams", "--log-group-name", "/e2e/cli"))); got != "a/1 b/2" {
		t.Errorf("by name: %s", got)
	}
	if got := names(decode[cliStreams](t, logs("describe-log-streams", "--log-group-name", "/e2e/cli", "--order-by", "LastEventTime", "--descending"))); got != "a/1 b/2" {
		t.Errorf("by last event: %s", got)
	}
	if out := logs("get-log-events", "--log-group-name", "/e2e/cli", "--log-stream-name", "b/2", "--start-from-head", "--output", "text"); !strings.Contains(out, "START é b/2") {
		t.Errorf("get-log-events: %s", out)
	}
	if out := logs("filter-log-events", "--log-group-name", "/e2e/cli", "--filter-pattern", "{ $.status = 500 }", "--query", "length(events)"); strings.TrimSpace(out) != "2" {
		t.Errorf("filter-log-events: %s", out)
	}
	if out := logs("describe-log-groups", "--query", "logGroups[].[logGroupName,retentionInDays,arn]", "--output", "text"); strings.TrimSpace(out) !=
		"/e2e/cli\t7\tarn:aws:logs:us-east-1:111111111111:log-group:/e2e/cli:*" {
		t.Errorf("describe-log-groups: %s", out)
	}
	if out := logs("list-tags-log-group", "--log-group-name", "/e2e/cli", "--query", "tags.team"); strings.TrimSpace(out) != `"night"` {
		t.Errorf("tags: %s", out)
	}
	refusals(t, s, cli)
}

func refusals(t *testing.T, s *servertest.Server, cli string) {
	for _, c := range []struct{ key, secret, want string }{
		{"AKIAE2E", "wrong", "(InvalidSignatureException)"},
		{"AKIAOTHER", "e2e-secret", "(UnrecognizedClientException)"},
	} {
		_, fault, err := try(t, awsEnv(s, c.key, c.secret), cli, "logs", "describe-log-groups")
		if err == nil || !strings.Contains(fault, c.want) {
			t.Errorf("key %s, secret %s: %v %s, want %s", c.key, c.secret, err, fault, c.want)
		}
	}
}

func names(s cliStreams) string {
	var all []string
	for _, x := range s.LogStreams {
		all = append(all, x.LogStreamName)
	}
	return strings.Join(all, " ")
}

const botoSession = `
import boto3, time, json
from botocore.exceptions import ClientError
c = boto3.client("logs")
c.create_log_group(logGroupName="/e2e/boto")
for i in range(53):
    c.create_log_stream(logGroupName="/e2e/boto", logStreamName=f"s{i:03d}")
now = int(time.time() * 1000)
r = c.put_log_events(logGroupName="/e2e/boto", logStreamName="s007",
    logEvents=[{"timestamp": now + i, "message": f"\U0001F640 {i} 日本語"} for i in range(250)])
assert len(r["nextSequenceToken"]) == 56, r
seen = [s["logStreamName"] for p in c.get_paginator("describe_log_streams").paginate(logGroupName="/e2e/boto") for s in p["logStreams"]]
assert seen == [f"s{i:03d}" for i in range(53)], seen
newest = c.describe_log_streams(logGroupName="/e2e/boto", orderBy="LastEventTime", descending=True, limit=1)["logStreams"][0]
assert newest["logStreamName"] == "s007" and newest["lastEventTimestamp"] == now + 249, newest
got = [e["message"] for p in c.get_paginator("filter_log_events").paginate(logGroupName="/e2e/boto", PaginationConfig={"PageSize": 40}) for e in p["events"]]
assert got == [f"\U0001F640 {i} 日本語" for i in range(250)], got
page = c.get_log_events(logGroupName="/e2e/boto", logStreamName="s007", limit=10)
assert [e["timestamp"] for e in page["events"]] == [now + i for i in range(240, 250)]
page = c.get_log_events(logGroupName="/e2e/boto", logStreamName="s007", limit=10, nextToken=page["nextBackwardToken"])
assert [e["timestamp"] for e in page["events"]] == [now + i for i in range(230, 240)]
try:
    c.put_log_events(logGroupName="/e2e/boto", logStreamName="s007", logEvents=[{"timestamp": now, "message": "b"}, {"timestamp": now - 1, "message": "a"}])
    raise SystemExit("out of order was taken")
except c.exceptions.InvalidParameterException as e:
    assert e.response["Error"]["Message"] == "Log events in a single PutLogEvents request must be in chronological order.", e
try:
    c.describe_import_tasks()
    raise SystemExit("an operation that is not built was taken")
except ClientError as e:
    assert e.response["Error"]["Code"] == "UnknownOperationException", e
print("done")
`

// TestBoto3 is a program's session with boto3.
func TestBoto3(t *testing.T) {
	python := tool(t, "python3")
	if _, _, err := try(t, os.Environ(), python, "-c", "import boto3"); err != nil {
		t.Skip("NOTICE: boto3 is not on this machine; its part of the test is skipped")
	}
	s := servertest.Start(t, t.TempDir())
	out := run(t, awsEnv(s, servertest.AccessKey, servertest.SecretKey), python, "-c", botoSession)
	if strings.TrimSpace(out) != "done" {
		t.Errorf("%s", fmt.Sprint(out))
	}
}
