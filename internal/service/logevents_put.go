package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// Bounds of a batch (cloudwatch-logs.md §5, §17). Sizes count logs.EventOverhead for each event.
const (
	maxEventBytes = 1 << 20
	maxBatchBytes = 1 << 20

	maxBatchSpan = day
)

// Ages beyond which events are not stored, unless Config says otherwise.
const (
	DefaultMaxEventAge  = 14 * 24 * time.Hour
	DefaultMaxEventLead = 2 * time.Hour
)

// PutLogEvents stores a batch. It answers when the events are on stable storage and every later read shows them. The
// checks come in the order of cloudwatch-logs.md §5, and with an error no event is stored. sequenceToken is not looked at.
func (s *Service) PutLogEvents(ctx context.Context, in *api.PutLogEventsRequest) (*api.PutLogEventsResponse, error) {
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	// The group's retention says which events are valid, and its absence is an error only after their span.
	g, groupErr := s.group(ctx, in.LogGroupName)
	now := s.millis()
	taken := acceptance(in.LogEvents, expiry(g, now), now-s.maxAge, now+s.maxLead)
	if err := checkSpan(taken.stored(in.LogEvents)); err != nil {
		return nil, err
	}
	if groupErr != nil {
		return nil, groupErr
	}
	stream, err := s.stream(ctx, g, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	if err := s.append(ctx, g, stream, now, taken.stored(in.LogEvents)); err != nil {
		return nil, err
	}
	out := &api.PutLogEventsResponse{
		NextSequenceToken:     api.Some(sequenceToken(stream.ID, now)),
		RejectedLogEventsInfo: taken.rejected(len(in.LogEvents)),
	}
	if in.Entity != nil {
		if why := rejectEntity(g.Class, in.Entity.KeyAttributes, in.Entity.Attributes); why != "" {
			out.RejectedEntityInfo = &api.RejectedEntityInfo{ErrorType: why}
		}
	}
	return out, nil
}

// checkBatch applies the rules of size and of order, in this order.
func checkBatch(events []api.InputLogEvent) error {
	size, ordered, last := 0, true, int64(0)
	for i := range events {
		n := len(events[i].Message) + logs.EventOverhead
		if n > maxEventBytes {
			return invalidParameter(fmt.Sprintf("Log event too large: %d bytes exceeds limit of %d", n, maxEventBytes))
		}
		size += n
		ordered = ordered && events[i].Timestamp >= last
		last = events[i].Timestamp
	}
	if size > maxBatchBytes {
		return invalidParameter(fmt.Sprintf("Upload too large: %d bytes exceeds limit of %d", size, maxBatchBytes))
	}
	if !ordered {
		return invalidParameter("Log events in a single PutLogEvents request must be in chronological order.")
	}
	return nil
}

// checkSpan applies the rule of 24 hours to the events that would be stored.
func checkSpan(events []api.InputLogEvent) error {
	if len(events) > 0 && events[len(events)-1].Timestamp-events[0].Timestamp > maxBatchSpan {
		return invalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// accepted says which events of a batch, whose events are in order of time, are stored: [max(expired, old), fresh).
type accepted struct {
	expired int // number of events that are older than the group's retention
	old     int // number of events that are too old
	fresh   int // index of the first event that is too new
}

// acceptance applies the rules of age: an event before expiry (0: none is) is expired, one before oldest too old, one after
// newest too new.
func acceptance(events []api.InputLogEvent, expiry, oldest, newest int64) accepted {
	before := func(ms int64) int {
		i, _ := slices.BinarySearchFunc(events, ms, func(e api.InputLogEvent, ms int64) int {
			if e.Timestamp < ms {
				return -1
			}
			return 1 // the search ends at the first of equal times
		})
		return i
	}
	return accepted{expired: before(expiry), old: before(oldest), fresh: before(newest + 1)}
}

func (a accepted) stored(events []api.InputLogEvent) []api.InputLogEvent {
	first := max(a.expired, a.old)
	return events[first:max(first, a.fresh)]
}

// rejected makes rejectedLogEventsInfo with the members that apply, nil if no event was rejected (cloudwatch-logs.md §21).
func (a accepted) rejected(n int) *api.RejectedLogEventsInfo {
	if a.expired == 0 && a.old == 0 && a.fresh == n {
		return nil
	}
	info := &api.RejectedLogEventsInfo{}
	if a.expired > 0 {
		info.ExpiredLogEventEndIndex = api.Some(int32(a.expired))
	}
	if a.old > 0 {
		info.TooOldLogEventEndIndex = api.Some(int32(a.old))
	}
	if a.fresh < n {
		info.TooNewLogEventStartIndex = api.Some(int32(a.fresh))
	}
	return info
}

// append hands the events to the engine, if there are any; messages are copied by the engine alone.
func (s *Service) append(ctx context.Context, g catalog.Group, stream catalog.Stream, now int64, events []api.InputLogEvent) error {
	if len(events) == 0 {
		return nil
	}
	list := s.eventLists.Get().(*[]logs.Event)
	defer func() {
		clear(*list) // they point into the request
		s.eventLists.Put(list)
	}()
	*list = slices.Grow((*list)[:0], len(events))
	for i := range events {
		*list = append(*list, logs.Event{Timestamp: events[i].Timestamp, Message: events[i].Message})
	}
	_, err := s.engine.Append(ctx, storage.Batch{Group: g.ID, Stream: stream, Ingestion: now, Events: *list})
	if err == nil {
		return nil
	}
	return streamNoun.exception("put events to "+stream.Name, err)
}
