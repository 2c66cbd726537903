package service

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

func sizeHarness(t *testing.T) *harness {
	h := newHarness(t, Config{}, storage.Options{})
	must(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	must(t, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: "s"}))
	return h
}

// putSizes writes a batch with messages of these lengths.
func (h *harness) putSizes(sizes ...int) error {
	events := make([]api.InputLogEvent, len(sizes))
	for i, n := range sizes {
		events[i] = api.InputLogEvent{Timestamp: testTime.UnixMilli(), Message: bytes.Repeat([]byte{'x'}, n)}
	}
	_, err := h.PutLogEvents(h.ctx, &api.PutLogEventsRequest{LogGroupName: "g", LogStreamName: "s", LogEvents: events})
	return err
}

// The limits of cloudwatch-logs.md §5, at the last byte, with Amazon's words.
func TestPutSizes(t *testing.T) {
	const most = maxEventBytes - logs.EventOverhead
	for _, c := range []struct {
		sizes []int
		want  string
	}{
		{[]int{most}, ""},
		{[]int{most + 1}, "Log event too large: 1048577 bytes exceeds limit of 1048576"},
		{[]int{1, most + 1, most + 9}, "Log event too large: 1048577 bytes exceeds limit of 1048576"},
		{[]int{most - 27, 1}, ""},
		{[]int{most - 26, 1}, "Upload too large: 1048577 bytes exceeds limit of 1048576"},
		{[]int{600_000, 600_000}, "Upload too large: 1200052 bytes exceeds limit of 1048576"},
	} {
		got := ""
		var refused *api.InvalidParameterException
		if err := sizeHarness(t).putSizes(c.sizes...); errors.As(err, &refused) {
			got = refused.Message
		} else {
			must(t, err)
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.sizes, got, c.want)
		}
	}
}

// Sizes are those of the decoded UTF-8, whatever the body spells: six bytes of \u00e9 are two.
func TestPutSizesAreDecoded(t *testing.T) {
	h := sizeHarness(t)
	server := h.handler(t)
	for _, c := range []struct{ characters, status int }{{524_275, 200}, {524_276, 400}} {
		body := fmt.Sprintf(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":%d,"message":"%s"}]}`,
			testTime.UnixMilli(), strings.Repeat(`\u00e9`, c.characters))
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, wireRequest(t, "PutLogEvents", body))
		if answer.Code != c.status {
			t.Errorf("%d characters: %d %s", c.characters, answer.Code, answer.Body)
		}
	}
}

// A page holds 1 MiB with 26 bytes for each event; what does not fit stays for the next page, at the far end.
func TestPageSizes(t *testing.T) {
	h := sizeHarness(t)
	sizes := []int{400_000, 400_000, 400_000, maxEventBytes - logs.EventOverhead, 1, 524_262, 524_262}
	for _, n := range sizes {
		must(t, h.putSizes(n))
	}
	lengths := func(events []api.OutputLogEvent) (n []int) {
		for i := range events {
			n = append(n, len(events[i].Message))
		}
		return n
	}
	for _, c := range []struct {
		forward bool
		want    string
	}{
		{true, "[[400000 400000] [400000] [1048550] [1 524262] [524262] []]"},
		{false, "[[524262 524262] [1] [1048550] [400000 400000] [400000] []]"},
	} {
		in := api.GetLogEventsRequest{LogGroupName: api.Some("g"), LogStreamName: "s", StartFromHead: api.Some(c.forward)}
		var pages [][]int
		for len(pages) == 0 || len(pages[len(pages)-1]) > 0 {
			out, err := h.GetLogEvents(h.ctx, &in)
			must(t, err)
			pages = append(pages, lengths(out.Events))
			in.NextToken = out.NextForwardToken
			if !c.forward {
				in.NextToken = out.NextBackwardToken
			}
		}
		if got := fmt.Sprint(pages); got != c.want {
			t.Errorf("forward %v: %s, want %s", c.forward, got, c.want)
		}
	}
	in := api.FilterLogEventsRequest{LogGroupName: api.Some("g")}
	var got []int
	for first := true; first || in.NextToken.Set; first = false {
		out, err := h.FilterLogEvents(h.ctx, &in)
		must(t, err)
		got = append(got, len(out.Events))
		in.NextToken = out.NextToken
	}
	if fmt.Sprint(got) != "[2 1 1 2 1]" {
		t.Errorf("FilterLogEvents: %v events a page", got)
	}
}
