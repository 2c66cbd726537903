package service

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/value"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// GetLogGroupFields looks at the last fieldsBefore, or at fieldsAround before and after a time (cloudwatch-logs.md §15), and there at
// so many events or so many bytes of messages: the newest.
const (
	fieldsBefore   = 15 * time.Minute
	fieldsAround   = 8 * time.Minute
	fieldEvents    = 10_000
	fieldBytes     = 16 << 20
	maxGroupFields = 1_000
	hundred        = 100
)

// systemFields are those of every event.
var systemFields = []string{"@ingestionTime", "@log", "@logStream", "@message", "@timestamp"}

// GetLogGroupFields says which fields queries find in the events of a group, and in how many of a hundred.
func (s *Service) GetLogGroupFields(ctx context.Context, in *api.GetLogGroupFieldsRequest) (*api.GetLogGroupFieldsResponse, error) {
	g, err := s.groupByEither(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if g.Class == classDelivery {
		return nil, checkReadable(g, "GetLogGroupFields")
	}
	counts, events, err := s.countFields(ctx, g, s.fieldsRange(g, in.Time))
	if err != nil {
		return nil, groupNoun.exception("get fields of group "+g.Name, err)
	}
	out := &api.GetLogGroupFieldsResponse{LogGroupFields: []api.LogGroupField{}}
	for name, n := range counts {
		percent := max(1, (n*hundred+events/2)/events)
		out.LogGroupFields = append(out.LogGroupFields, api.LogGroupField{Name: api.Some(name), Percent: api.Some(int32(percent))})
	}
	slices.SortFunc(out.LogGroupFields, func(a, b api.LogGroupField) int {
		return cmp.Or(cmp.Compare(b.Percent.Value, a.Percent.Value), strings.Compare(a.Name.Value, b.Name.Value))
	})
	return out, nil
}

// fieldsRange is the range of time that is looked at; the time in it is in seconds, or in milliseconds, as for StartQuery.
func (s *Service) fieldsRange(g catalog.Group, at api.Opt[int64]) logs.TimeRange {
	now := s.millis()
	r := logs.TimeRange{Start: now - fieldsBefore.Milliseconds(), End: now + 1}
	if at.Set {
		middle := at.Value
		if middle < leastMillis {
			middle *= 1000
		}
		middle = min(middle, logs.AllTime.End-1-fieldsAround.Milliseconds())
		r = logs.TimeRange{Start: middle - fieldsAround.Milliseconds(), End: middle + fieldsAround.Milliseconds() + 1}
	}
	r.Start = max(r.Start, 0, expiry(g, now))
	return r
}

// countFields counts in how many events each field is.
func (s *Service) countFields(ctx context.Context, g catalog.Group, r logs.TimeRange) (counts map[string]int, events int, err error) {
	scan := s.engine.Scan(ctx, storage.Query{Group: g.ID, Range: r, Reverse: true, Limit: fieldEvents})
	defer scan.Close()
	reader := newFieldReader(g, maxGroupFields)
	counts = map[string]int{}
	for scan.Scanned() < fieldBytes && scan.Next() {
		for _, message := range scan.Batch().Message {
			events++
			reader.read(message, func(name string, _ value.Value) { counts[name] = min(events, counts[name]+1) })
		}
	}
	if events > 0 {
		for _, name := range systemFields {
			counts[name] = events
		}
	}
	return counts, events, scan.Err()
}
