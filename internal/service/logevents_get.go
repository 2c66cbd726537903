package service

import (
	"context"
	"slices"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// GetLogEvents returns a page of one stream's events, always ascending. Its tokens are f/ and b/ with the id of the page's
// last and first event; a page without events hands back the token's id, so that a reader at the end goes on from there
// when events come (cloudwatch-logs.md §6, §21).
func (s *Service) GetLogEvents(ctx context.Context, in *api.GetLogEventsRequest) (*api.GetLogEventsResponse, error) {
	at, err := readEventsToken(in.NextToken)
	if err != nil {
		return nil, streamNoun.exception("get events", err)
	}
	g, err := s.groupByEither(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := checkReadable(g, "GetLogEvents"); err != nil {
		return nil, err
	}
	stream, err := s.stream(ctx, g, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	now := s.millis()
	q := storage.Query{
		Group:   g.ID,
		Streams: []logs.StreamID{stream.ID},
		Range:   logs.TimeRange{Start: in.StartTime.Or(0), End: in.EndTime.Or(logs.AllTime.End)},
	}
	if !at.set {
		at = eventsToken{forward: in.StartFromHead.Value, first: logs.MinEventID(now), last: logs.MinEventID(q.Range.Start)}
	} else if at.forward {
		q.After = at.last
	} else {
		q.Before = at.first
	}
	q.Reverse = !at.forward
	q.Range.Start = max(q.Range.Start, expiry(g, now))
	events := []api.OutputLogEvent{}
	// Nothing lies before the id 0, which for the engine is no bound.
	if at.forward || !at.set || !at.first.IsZero() {
		if events, err = s.eventsPage(ctx, q, in.Limit.Or(maxPageEvents), &at); err != nil {
			return nil, streamNoun.exception("get events of "+stream.Name, err)
		}
	}
	return &api.GetLogEventsResponse{
		Events:            events,
		NextForwardToken:  api.Some("f/" + at.last.String()),
		NextBackwardToken: api.Some("b/" + at.first.String()),
	}, nil
}

// eventsPage reads one page, ascending, and sets at to its ends, if there is an event.
func (s *Service) eventsPage(ctx context.Context, q storage.Query, limit int32, at *eventsToken) ([]api.OutputLogEvent, error) {
	q.Limit, q.Keep = int(limit), true
	scan := s.engine.Scan(ctx, q)
	defer scan.Close()
	var (
		events = []api.OutputLogEvent{}
		room   = newPageRoom(limit)
	)
	for scan.Next() {
		batch := scan.Batch()
		if cap(events)-len(events) < batch.Len() {
			events = slices.Grow(events, room.reserve(batch.Message))
		}
		for i := range batch.Len() {
			if !room.take(batch.Message[i]) {
				return ascending(events, q.Reverse), nil
			}
			id := batch.ID[i]
			at.reach(id, q.Reverse, len(events) == 0)
			events = append(events, api.OutputLogEvent{Timestamp: id.Timestamp, IngestionTime: id.Ingestion, Message: batch.Message[i]})
		}
	}
	return ascending(events, q.Reverse), scan.Err()
}

func ascending(events []api.OutputLogEvent, reversed bool) []api.OutputLogEvent {
	if reversed {
		slices.Reverse(events)
	}
	return events
}

// checkReadable refuses the classes whose events only Logs Insights reads (cloudwatch-logs.md §3).
func checkReadable(g catalog.Group, operation string) error {
	if g.Class == classStandard {
		return nil
	}
	return invalidParameter("The log group " + g.Name + " is of log-group-class " + g.Class + ". " + operation + " is not supported for this log class.")
}

// eventsToken is a token of GetLogEvents, or the ends of a page: first and last are ids that the next page backward and
// forward do not have. A token has one id, which is both.
type eventsToken struct {
	set         bool
	forward     bool
	first, last logs.EventID
}

// reach moves the ends to take in one more event.
func (t *eventsToken) reach(id logs.EventID, reverse, only bool) {
	if reverse || only {
		t.first = id
	}
	if !reverse || only {
		t.last = id
	}
}

// readEventsToken takes [fb]/digits and nothing else.
func readEventsToken(token api.Opt[string]) (eventsToken, error) {
	if !token.Set {
		return eventsToken{}, nil
	}
	direction, digits, _ := strings.Cut(token.Value, "/")
	if direction != "f" && direction != "b" {
		return eventsToken{}, errToken
	}
	id, err := logs.ParseEventID(digits)
	if err != nil {
		return eventsToken{}, errToken
	}
	return eventsToken{set: true, forward: direction == "f", first: id, last: id}, nil
}
