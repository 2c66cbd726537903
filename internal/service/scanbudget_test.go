package service

import (
	"fmt"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
)

// A search for what is nowhere, in a group of more bytes than one call looks at, comes to its end though the streams
// overlap in time and lie in segments of their own. Where filters exclude it that takes no walk of empty pages.
func TestFilterGetsOn(t *testing.T) {
	for _, noFilters := range []bool{true, false} {
		calls := searchForNothing(t, segment.Options{NoFilters: noFilters})
		if most := map[bool]int{true: 50, false: 2}[noFilters]; calls > most {
			t.Errorf("without filters %t: %d calls of 20,000 bytes for 200,000, at most %d expected", noFilters, calls, most)
		}
	}
}

// searchForNothing walks over all pages of a search and returns how many there are.
func searchForNothing(t *testing.T, o segment.Options) int {
	h := newHarness(t, Config{ScanBudget: 20_000}, storage.Options{Segment: o})
	group, text := api.Some("app"), make([]byte, 20)
	for i := range text {
		text[i] = 'x'
	}
	if err := h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "app"}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		name := fmt.Sprint("s", i)
		if err := h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "app", LogStreamName: name}); err != nil {
			t.Fatal(err)
		}
		in := &api.PutLogEventsRequest{LogGroupName: "app", LogStreamName: name}
		for ms := range 500 {
			in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: testTime.UnixMilli() - 1000 + int64(ms), Message: text})
		}
		if _, err := h.PutLogEvents(h.ctx, in); err != nil {
			t.Fatal(err)
		}
		if err := h.engine.Flush(h.ctx); err != nil {
			t.Fatal(err)
		}
	}
	in := &api.FilterLogEventsRequest{LogGroupName: group, FilterPattern: api.Some("needle")}
	for calls := 1; ; calls++ {
		out, err := h.FilterLogEvents(h.ctx, in)
		if err != nil || len(out.Events) != 0 {
			t.Fatal(len(out.Events), err)
		}
		if !out.NextToken.Set || calls == 100 {
			return calls
		}
		in.NextToken = out.NextToken
	}
}
