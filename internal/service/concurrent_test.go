package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/storage"
)

// Writers, readers and a caller who creates and deletes work at once: nobody hears anything but exceptions, every event
// that was acknowledged is there once, and the others are not.
func TestConcurrentUse(t *testing.T) {
	h := newHarness(t, Config{}, storage.Options{})
	must(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	const writers, batches = 4, 40
	acknowledged := make([][]string, writers)
	var all sync.WaitGroup
	for w := range writers {
		stream := fmt.Sprintf("s%d", w)
		must(t, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: stream}))
		all.Go(func() {
			for b := range batches {
				message := fmt.Sprintf("%s %d", stream, b)
				_, err := h.PutLogEvents(h.ctx, &api.PutLogEventsRequest{
					LogGroupName: "g", LogStreamName: stream,
					LogEvents: []api.InputLogEvent{{Timestamp: testTime.UnixMilli(), Message: []byte(message)}},
				})
				if h.checkFault(t, err); err == nil {
					acknowledged[w] = append(acknowledged[w], message)
				}
			}
		})
		all.Go(func() {
			for range batches {
				_, err := h.FilterLogEvents(h.ctx, &api.FilterLogEventsRequest{LogGroupName: api.Some("g"), FilterPattern: api.Some(stream)})
				h.checkFault(t, err)
				_, err = h.DescribeLogStreams(h.ctx, &api.DescribeLogStreamsRequest{LogGroupName: api.Some("g"), OrderBy: api.Some(api.OrderByLastEventTime)})
				h.checkFault(t, err)
			}
		})
	}
	all.Go(func() {
		for range batches {
			h.checkFault(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "other"}))
			h.checkFault(t, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "other", LogStreamName: "s"}))
			h.checkFault(t, h.PutRetentionPolicy(h.ctx, &api.PutRetentionPolicyRequest{LogGroupName: "g", RetentionInDays: 30}))
			h.checkFault(t, h.DeleteLogGroup(h.ctx, &api.DeleteLogGroupRequest{LogGroupName: "other"}))
			h.checkFault(t, h.engine.Flush(h.ctx))
		}
	})
	all.Wait()
	out, err := h.FilterLogEvents(h.ctx, &api.FilterLogEventsRequest{LogGroupName: api.Some("g")})
	must(t, err)
	count := map[string]int{}
	for i := range out.Events {
		count[string(out.Events[i].Message)]++
	}
	for _, list := range acknowledged {
		for _, message := range list {
			if count[message] != 1 {
				t.Errorf("%q is there %d times", message, count[message])
			}
			delete(count, message)
		}
	}
	if len(count) > 0 {
		t.Errorf("refused, but there: %v", count)
	}
}

// checkFault fails the test for an error that is no exception of the caller's making.
func (h *harness) checkFault(t *testing.T, err error) {
	if err == nil {
		return
	}
	if e, ok := errors.AsType[api.Exception](err); !ok || e.HTTPStatus() != 400 {
		t.Error(err)
	}
}

// A search waits while as many as may run do, goes on when one of them ends, and gives up with its caller.
func TestSearchesWait(t *testing.T) {
	h := newHarness(t, Config{MaxSearches: 1}, storage.Options{})
	must(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	search := func(ctx context.Context) error {
		_, err := h.FilterLogEvents(ctx, &api.FilterLogEventsRequest{LogGroupName: api.Some("g")})
		return err
	}
	for range 3 {
		must(t, search(h.ctx))
	}
	h.searches <- struct{}{}
	impatient, cancel := context.WithTimeout(h.ctx, 20*time.Millisecond)
	defer cancel()
	if err := search(impatient); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with no room: %v", err)
	}
	waiting := make(chan error)
	go func() { waiting <- search(h.ctx) }()
	<-h.searches
	must(t, <-waiting)
}
