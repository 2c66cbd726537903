package service

import (
	"fmt"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
)

// A search comes to its end in about as many calls as its budget goes into the messages, however unevenly these lie in time: here
// nearly all of an hour's are of one second, or of one millisecond, and of many streams.
func TestFilterGetsOverBursts(t *testing.T) {
	const budget = 50_000
	for _, c := range []struct{ burst, flushes, workers int }{ // burst in milliseconds
		{1, 10, 2}, {1, 1, 1}, {1, 1, 2}, {1000, 1, 1}, {1000, 10, 2},
	} {
		t.Run(fmt.Sprintf("%d ms/%d segments/%d workers", c.burst, c.flushes, c.workers), func(t *testing.T) {
			h := newHarness(t, Config{ScanBudget: budget}, storage.Options{
				ScanWorkers: c.workers, Segment: segment.Options{NoFilters: true, BlockBytes: 100},
			})
			start := testTime.UnixMilli() - 3_600_000
			if err := h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "app"}); err != nil {
				t.Fatal(err)
			}
			for i := range 20 {
				if err := h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "app", LogStreamName: fmt.Sprint("s", i)}); err != nil {
					t.Fatal(err)
				}
			}
			bytes := 0
			for flush := range c.flushes {
				for i := range 20 {
					in := &api.PutLogEventsRequest{LogGroupName: "app", LogStreamName: fmt.Sprint("s", i)}
					add := func(ms int64, text string) {
						in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: start + ms, Message: []byte(text)})
						bytes += len(text)
					}
					add(0, "first")
					for n := range 500 / c.flushes {
						add(1_800_000+int64(n*c.burst*c.flushes/500), fmt.Sprintf("message %02d %04d of a burst", flush, n))
					}
					add(3_500_000, "last")
					if _, err := h.PutLogEvents(h.ctx, in); err != nil {
						t.Fatal(err)
					}
				}
				if err := h.engine.Flush(h.ctx); err != nil {
					t.Fatal(err)
				}
			}
			in := &api.FilterLogEventsRequest{LogGroupName: api.Some("app"), FilterPattern: api.Some("needle")}
			calls, most := 0, 6*bytes/budget
			for in.NextToken.Set || calls == 0 {
				out, err := h.FilterLogEvents(h.ctx, in)
				if err != nil || len(out.Events) != 0 {
					t.Fatal(len(out.Events), err)
				}
				if in.NextToken = out.NextToken; calls == most {
					t.Fatalf("%d calls of %d bytes for %d, and no end", calls, budget, bytes)
				}
				calls++
			}
		})
		if testing.Short() {
			break
		}
	}
}
