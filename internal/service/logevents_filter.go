package service

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/filterpattern"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// newestFirstSince is the least startTime with which FilterLogEvents goes from the newest event backward.
var newestFirstSince = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// FilterLogEvents returns a page of a group's events that match, in order of id over all streams, from the oldest or the
// newest. A call stops when the page is full or it has looked at enough; only an absent token is the end, and
// searchedLogStreams is always empty (cloudwatch-logs.md §7).
func (s *Service) FilterLogEvents(ctx context.Context, in *api.FilterLogEventsRequest) (*api.FilterLogEventsResponse, error) {
	if in.LogStreamNames != nil && in.LogStreamNamePrefix.Set {
		return nil, invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
	}
	pattern, err := filterpattern.Parse(in.FilterPattern.Value)
	if err != nil {
		return nil, groupNoun.exception("parse filter pattern", err)
	}
	g, err := s.groupByEither(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := checkReadable(g, "FilterLogEvents"); err != nil {
		return nil, err
	}
	walk := newWalk("FilterLogEvents", g.Scope).number(int64(g.ID)).texts(in.LogStreamNames).
		text(in.LogStreamNamePrefix.Value).number(in.StartTime.Or(-1)).number(in.EndTime.Or(-1)).text(in.FilterPattern.Value)
	place, err := s.filterPlace(walk, in)
	if err != nil {
		return nil, err
	}
	q := storage.Query{
		Group:        g.ID,
		StreamPrefix: in.LogStreamNamePrefix.Value,
		Range:        filterRange(in, expiry(g, s.millis())),
		Reverse:      place.reverse,
	}
	if q.Streams, err = s.namedStreams(ctx, g, in.LogStreamNames); err != nil {
		return nil, err
	}
	if place.reverse {
		q.Before = place.id
	} else {
		q.After = place.id
	}
	events, more, err := s.filterPage(ctx, q, pattern, in.Limit.Or(maxPageEvents))
	if err != nil {
		return nil, groupNoun.exception("filter events of "+g.Name, err)
	}
	out := &api.FilterLogEventsResponse{Events: events, SearchedLogStreams: []api.SearchedLogStream{}}
	if !more.IsZero() {
		out.NextToken = api.Some(s.tokens.seal(walk, filterPlace{place.reverse, more}.append(nil)))
	}
	return out, nil
}

// namedStreams finds the streams by name; nil if there are no names.
func (s *Service) namedStreams(ctx context.Context, g catalog.Group, names []string) ([]logs.StreamID, error) {
	var ids []logs.StreamID
	for _, name := range names {
		stream, err := s.stream(ctx, g, name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, stream.ID) {
			ids = append(ids, stream.ID)
		}
	}
	return ids, nil
}

// filterRange is the span of event time that a request asks for; its endTime belongs to it.
func filterRange(in *api.FilterLogEventsRequest, expiry int64) logs.TimeRange {
	span := logs.TimeRange{Start: max(in.StartTime.Or(0), expiry), End: logs.AllTime.End}
	if end := in.EndTime.Or(span.End); end < span.End {
		span.End = end + 1
	}
	return span
}

// filterPlace is where a walk of FilterLogEvents goes on, and the cursor of its tokens:
//
//	reverse u8 | event id, 26 bytes
type filterPlace struct {
	reverse bool
	id      logs.EventID
}

func (p filterPlace) append(b []byte) []byte {
	if p.reverse {
		return appendID(append(b, 1), p.id)
	}
	return appendID(append(b, 0), p.id)
}

func readFilterPlace(b []byte) (filterPlace, error) {
	if len(b) == 0 || b[0] > 1 {
		return filterPlace{}, errToken
	}
	id, err := readID(b[1:])
	return filterPlace{b[0] == 1, id}, err
}

// filterPlace reads the request's token, or begins where it asks.
func (s *Service) filterPlace(walk walk, in *api.FilterLogEventsRequest) (filterPlace, error) {
	if !in.NextToken.Set {
		reverse := !in.StartFromHead.Or(true)
		if reverse && in.StartTime.Or(0) < newestFirstSince {
			return filterPlace{}, invalidParameter("startFromHead can be false only if startTime is at or after 2024-01-01T00:00:00Z.")
		}
		return filterPlace{reverse: reverse}, nil
	}
	cursor, err := s.tokens.open(walk, in.NextToken.Value)
	if err != nil {
		return filterPlace{}, groupNoun.exception("filter events", err)
	}
	place, err := readFilterPlace(cursor)
	return place, groupNoun.exception("filter events", err)
}

// filterPage reads one page, when it is this search's turn, and returns with it the id after which to go on, or zero at the
// end.
func (s *Service) filterPage(ctx context.Context, q storage.Query, pattern *filterpattern.Pattern, limit int32) ([]api.FilteredLogEvent, logs.EventID, error) {
	select {
	case s.searches <- struct{}{}:
		defer func() { <-s.searches }()
	case <-ctx.Done():
		return nil, logs.EventID{}, ctx.Err()
	}
	p := filterPage{budget: scanBudget{pattern: pattern, all: s.scanBudget}, events: []api.FilteredLogEvent{}, room: newPageRoom(limit)}
	p.budget.left.Store(s.scanBudget)
	if !pattern.MatchAll() {
		q.Match, q.MayMatch, q.Required, q.Where = p.budget.match, pattern.MayMatch, pattern.Required(), pattern.Where()
		q.MaxBytes = p.budget.quarter()
	}
	for {
		rest, stats, err := p.scan(ctx, s.engine, q)
		if err != nil || p.isFull || rest.IsZero() || p.budget.skip(stats) {
			return p.events, rest, err
		}
		q.MaxBytes = p.budget.reach(q.MaxBytes, stats)
		if q.Reverse {
			q.Before = rest
		} else {
			q.After = rest
		}
	}
}

// filterPage is a page being filled.
type filterPage struct {
	budget scanBudget
	room   pageRoom
	events []api.FilteredLogEvent
	last   logs.EventID // of events
	texts  arena
	isFull bool // or enough was looked at
}

// scan adds the events of one scan and returns the id after which to go on, or zero at the end.
func (p *filterPage) scan(ctx context.Context, engine *storage.Engine, q storage.Query) (logs.EventID, storage.ScanStats, error) {
	q.Limit, q.Keep = p.room.events+1, true // one more tells whether there is a next page
	scan := engine.Scan(ctx, q)
	defer scan.Close()
	for scan.Next() {
		batch := scan.Batch()
		if cap(p.events)-len(p.events) < batch.Len() {
			p.events = slices.Grow(p.events, p.room.reserve(batch.Message))
		}
		for i := range batch.Len() {
			id, message := batch.ID[i], batch.Message[i]
			if p.budget.isSpent() && !p.budget.pattern.Match(message) {
				p.isFull = true
				return id, scan.Stats(), nil
			}
			if !p.room.take(message) {
				p.isFull = true
				return p.last, scan.Stats(), nil
			}
			p.last = id
			p.events = append(p.events, api.FilteredLogEvent{
				LogStreamName: batch.StreamName[i],
				Timestamp:     id.Timestamp,
				IngestionTime: id.Ingestion,
				EventID:       p.texts.eventID(id),
				Message:       message,
			})
		}
	}
	return scan.Rest(), scan.Stats(), scan.Err()
}

// scanBudget bounds how many message bytes one call looks at. Once it is spent, every message passes the scan's filter, so
// the scan comes forward at once with the place that it has reached: the first event that passed without being a match.
// All matches before that place were given before it, because a scan gives events in order. Several goroutines spend it.
type scanBudget struct {
	pattern *filterpattern.Pattern
	all     int64
	left    atomic.Int64
}

const (
	// skipShare is the part of the budget that a byte of messages costs which a scan need not look at, for its block's filter
	// excludes the pattern: it takes about so much less time than one that it looks at.
	skipShare = 256
	// maxReach bounds how far one scan goes, in budgets.
	maxReach = 16
)

func (b *scanBudget) match(message []byte) bool {
	if b.isSpent() {
		return true
	}
	b.left.Add(-int64(len(message)))
	return b.pattern.Match(message)
}

func (b *scanBudget) isSpent() bool { return b.left.Load() <= 0 }

// quarter is what a scan of which nothing is known yet may look at: a call makes some scans, and is never far off its budget.
func (b *scanBudget) quarter() int64 { return max(b.all/4, 1) }

// skip counts what a scan left out, and tells whether the call has done enough.
func (b *scanBudget) skip(stats storage.ScanStats) (enough bool) {
	return b.left.Add(-stats.SkippedBytes/skipShare) < b.all/2
}

// reach is Query.MaxBytes of the scan behind one that had most: where nearly everything is left out the scans go further, so
// that a search for what is rare is not as many scans as its group is long.
func (b *scanBudget) reach(most int64, stats storage.ScanStats) int64 {
	if stats.SkippedBytes < 8*stats.Bytes {
		return b.quarter()
	}
	return min(4*most, maxReach*b.all)
}
