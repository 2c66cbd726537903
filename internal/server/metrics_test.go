package server

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestMetrics: every family that operators are promised is there and counts.
func TestMetrics(t *testing.T) {
	r := start(t, nil)
	r.call("CreateLogGroup", `{"logGroupName":"g"}`)
	r.call("CreateLogStream", `{"logGroupName":"g","logStreamName":"s"}`)
	put := fmt.Sprintf(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":%d,"message":"twelve bytes"}]}`, time.Now().UnixMilli())
	if got := r.call("PutLogEvents", put); got.status != 200 {
		t.Fatal(got)
	}
	r.call("CreateLogGroup", `{"logGroupName":"g"}`)
	r.call("NoSuchOperation", `{}`)
	r.get("/v3/images/custom?imageStatus=AVAILABLE&region=us-east-1")
	r.call("StartQuery", `{"logGroupName":"g","startTime":1,"endTime":9999999999,"queryString":"filter @message like /twelve/"}`)
	page := r.get("/metrics").body
	for end := time.Now().Add(time.Minute); !strings.Contains(page, "tailrace_query_seconds_count") && time.Now().Before(end); {
		page = r.get("/metrics").body
	}
	for _, want := range []string{
		`tailrace_requests_total{api="logs",code="",operation="PutLogEvents",status="200"} 1`,
		`tailrace_requests_total{api="logs",code="ResourceAlreadyExistsException",operation="CreateLogGroup",status="400"} 1`,
		`tailrace_requests_total{api="logs",code="UnknownOperationException",operation="",status="400"} 1`,
		`tailrace_requests_total{api="pcluster",code="",operation="list-images",status="200"} 1`,
		`tailrace_request_seconds_count{api="logs",operation="PutLogEvents"} 1`,
		fmt.Sprintf(`tailrace_request_bytes_total{api="logs",direction="in",operation="PutLogEvents"} %d`, len(put)),
		`tailrace_ingested_batches_total 1`,
		`tailrace_ingested_events_total 1`,
		`tailrace_ingested_bytes_total 12`,
		`tailrace_wal_fsync_seconds_count 1`,
		`tailrace_wal_synced_records_total 1`,
		`tailrace_wal_synced_bytes_total [1-9][0-9]*`,
		`tailrace_head_events 1`,
		`tailrace_head_bytes [1-9][0-9.e+]*`,
		`tailrace_frozen_heads 0`,
		`tailrace_dirty_streams 1`,
		`tailrace_segments 0`,
		`tailrace_segment_bytes 0`,
		`tailrace_flushes_total 0`,
		`tailrace_flush_errors_total 0`,
		`tailrace_flush_failing 0`,
		`tailrace_segment_written_bytes_total 0`,
		`tailrace_segment_rewrites_total 0`,
		`tailrace_segment_removals_total 0`,
		`tailrace_reclaimed_bytes_total 0`,
		`tailrace_scrubbed_segments_total 0`,
		`tailrace_scrubbed_bytes_total 0`,
		`tailrace_scrub_passes_total 0`,
		`tailrace_damaged_total 0`,
		`tailrace_recovery_seconds [0-9.e-]+`,
		`tailrace_recovery_events 0`,
		`tailrace_query_seconds_count{language="CWLI",status="Complete"} 1`,
		`tailrace_query_events_total{work="matched"} 1`,
		`tailrace_query_events_total{work="scanned"} 1`,
		`tailrace_query_events_total{work="skipped"} 0`,
		`tailrace_queries_running 0`,
		`tailrace_queries_waiting 0`,
		`tailrace_query_results [01]`,
		`tailrace_query_result_bytes [0-9]+`,
		`go_goroutines [0-9]+`,
		`process_resident_memory_bytes [0-9.e+]+`,
	} {
		pattern := strings.NewReplacer("{", `\{`, "}", `\}`).Replace(want)
		if !regexp.MustCompile("(?m)^" + pattern + "$").MatchString(page) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

// TestRecoveryMetrics: what a start replays is told.
func TestRecoveryMetrics(t *testing.T) {
	first := start(t, nil)
	first.call("CreateLogGroup", `{"logGroupName":"g"}`)
	first.call("CreateLogStream", `{"logGroupName":"g","logStreamName":"s"}`)
	first.call("PutLogEvents", fmt.Sprintf(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":%d,"message":"m"}]}`, time.Now().UnixMilli()))
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	second := start(t, func(c *Config) { c.Data = first.config.Data })
	page := second.get("/metrics").body
	// A clean stop flushes: one segment, nothing to replay.
	for _, want := range []string{"\ntailrace_segments 1\n", "\ntailrace_recovery_events 0\n", "\ntailrace_head_events 0\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
	if got := second.call("GetLogEvents", `{"logGroupName":"g","logStreamName":"s"}`); !strings.Contains(got.body, `"message":"m"`) {
		t.Errorf("the event is gone: %+v", got)
	}
}
