package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"tailrace/test/servertest"
)

// fill makes a group with streams of 100 events each, the i-th stream's i minutes later.
func fill(t *testing.T, c *cloudwatchlogs.Client, group string, streams int) (start int64) {
	t.Helper()
	ctx := t.Context()
	if _, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	start = time.Now().Add(-2 * time.Hour).UnixMilli()
	for s := range streams {
		name := aws.String(fmt.Sprintf("stream-%03d", s))
		if _, err := c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: name}); err != nil {
			t.Fatal(err)
		}
		var events []types.InputLogEvent
		for i := range 100 {
			at := start + int64(s)*60_000 + int64(i)
			events = append(events, types.InputLogEvent{Timestamp: &at, Message: aws.String(numbered(i))})
		}
		out, err := c.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: name, LogEvents: events})
		if err != nil || aws.ToString(out.NextSequenceToken) == "" || out.RejectedLogEventsInfo != nil {
			t.Fatalf("put: %+v, %v", out, err)
		}
	}
	return start
}

func TestSDK(t *testing.T) {
	s := servertest.Start(t, t.TempDir())
	c := s.Client()
	group := "/e2e/sdk"
	fill(t, c, group, 60)
	t.Run("streams in both orders", func(t *testing.T) { sdkStreams(t, c, group) })
	t.Run("events forward", func(t *testing.T) { sdkEvents(t, c, group) })
	t.Run("tail", func(t *testing.T) { sdkTail(t, c) })
	t.Run("filter", func(t *testing.T) { sdkFilter(t, c, group) })
	t.Run("typed errors", func(t *testing.T) { sdkErrors(t, c, group) })
	s.Stop()
	s = servertest.Start(t, s.Data)
	t.Run("after a restart", func(t *testing.T) { sdkStreams(t, s.Client(), group); sdkEvents(t, s.Client(), group) })
}

func sdkStreams(t *testing.T, c *cloudwatchlogs.Client, group string) {
	for _, order := range []types.OrderBy{types.OrderByLogStreamName, types.OrderByLastEventTime} {
		for _, descending := range []bool{false, true} {
			var names []string
			pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(c, &cloudwatchlogs.DescribeLogStreamsInput{
				LogGroupName: &group, OrderBy: order, Descending: &descending, Limit: aws.Int32(7),
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page.LogStreams {
					names = append(names, *s.LogStreamName)
					if *s.LastEventTimestamp-*s.FirstEventTimestamp != 99 || s.LastIngestionTime == nil || s.UploadSequenceToken == nil || *s.StoredBytes != 0 {
						t.Errorf("stream %+v", s)
					}
					if want := "arn:aws:logs:us-east-1:123456789012:log-group:" + group + ":log-stream:" + *s.LogStreamName; *s.Arn != want {
						t.Errorf("arn %s, want %s", *s.Arn, want)
					}
				}
			}
			if descending {
				slices.Reverse(names)
			}
			if len(names) != 60 || !slices.IsSorted(names) || len(slices.Compact(names)) != 60 {
				t.Errorf("%s descending=%v: %d names: %v", order, descending, len(names), names)
			}
		}
	}
}

func sdkEvents(t *testing.T, c *cloudwatchlogs.Client, group string) {
	var got []string
	pages := cloudwatchlogs.NewGetLogEventsPaginator(c, &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: &group, LogStreamName: aws.String("stream-007"), StartFromHead: aws.Bool(true), Limit: aws.Int32(30),
	},
		func(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			got = append(got, *e.Message)
		}
	}
	for i := range 100 {
		if i >= len(got) || got[i] != numbered(i) {
			t.Fatalf("%d events: %v", len(got), got)
		}
	}
}

// sdkTail reads the newest events, then what arrives after them under the same token.
func sdkTail(t *testing.T, c *cloudwatchlogs.Client) {
	ctx, group, stream := t.Context(), "/e2e/tail", aws.String("stream-000")
	fill(t, c, group, 1)
	page, err := c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: stream, Limit: aws.Int32(5)})
	if err != nil || len(page.Events) != 5 || *page.Events[4].Message != numbered(99) {
		t.Fatalf("tail: %+v, %v", page, err)
	}
	for round := range 3 {
		again, err := c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: stream, NextToken: page.NextForwardToken})
		if err != nil || len(again.Events) != 0 || *again.NextForwardToken != *page.NextForwardToken {
			t.Fatalf("at the end: %+v, %v", again, err)
		}
		message := fmt.Sprintf("late %d\n", round)
		if _, err := c.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
			LogGroupName: &group, LogStreamName: stream,
			LogEvents: []types.InputLogEvent{{Timestamp: aws.Int64(time.Now().UnixMilli()), Message: &message}},
		}); err != nil {
			t.Fatal(err)
		}
		page, err = c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: stream, NextToken: page.NextForwardToken})
		if err != nil || len(page.Events) != 1 || *page.Events[0].Message != message {
			t.Fatalf("after a put: %+v, %v", page, err)
		}
	}
}

func sdkFilter(t *testing.T, c *cloudwatchlogs.Client, group string) {
	for _, f := range []struct {
		pattern string
		prefix  *string
		want    int
	}{
		{`"ERROR=true"`, nil, 60 * 15},
		{`ERROR -"ERROR=false"`, aws.String("stream-00"), 10 * 15},
		{`%event 000[1-3]%`, nil, 60 * 3},
		{`nowhere`, nil, 0},
	} {
		n := 0
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(c, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: &group, FilterPattern: &f.pattern, LogStreamNamePrefix: f.prefix, Limit: aws.Int32(37),
		})
		last := int64(0)
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Events {
				if n++; *e.Timestamp < last || *e.EventId == "" {
					t.Errorf("%s: %v is out of order", f.pattern, e)
				}
				last = *e.Timestamp
			}
		}
		if n != f.want {
			t.Errorf("%s: %d events, want %d", f.pattern, n, f.want)
		}
	}
}

func sdkErrors(t *testing.T, c *cloudwatchlogs.Client, group string) {
	ctx := t.Context()
	_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group})
	wantError[*types.ResourceAlreadyExistsException](t, err, "The specified log group already exists")
	_, err = c.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("nope")})
	wantError[*types.ResourceNotFoundException](t, err, "The specified log group does not exist.")
	_, err = c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: aws.String("nope")})
	wantError[*types.ResourceNotFoundException](t, err, "The specified log stream does not exist.")
	_, err = c.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, FilterPattern: aws.String("[a")})
	wantError[*types.InvalidParameterException](t, err, "Invalid filter pattern")
	_, err = c.DescribeImportTasks(ctx, &cloudwatchlogs.DescribeImportTasksInput{})
	if err == nil || !strings.Contains(err.Error(), "UnknownOperationException") || !strings.Contains(err.Error(), "DescribeImportTasks") {
		t.Errorf("an operation that is not built: %v", err)
	}
}

func wantError[E error](t *testing.T, err error, message string) {
	t.Helper()
	var e E
	if !errors.As(err, &e) || !strings.Contains(err.Error(), message) {
		t.Errorf("error %v, want %T with %q", err, e, message)
	}
}
