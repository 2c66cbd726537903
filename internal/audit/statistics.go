package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// streamPage is how many streams are read at a time.
const streamPage = 1000

// eachStream gives all streams of all groups, in order of group and name.
func (c *check) eachStream(ctx context.Context, visit func(*catalog.Stream)) error {
	for _, id := range slices.Sorted(maps.Keys(c.groups)) {
		var after *catalog.StreamCursor
		for {
			page, err := c.snap.Catalog.ListStreams(ctx, catalog.StreamQuery{Group: id, After: after, Limit: streamPage})
			if err != nil {
				return err
			}
			for i := range page {
				visit(&page[i])
			}
			if len(page) < streamPage {
				break
			}
			after = &catalog.StreamCursor{Name: page[len(page)-1].Name}
		}
	}
	return nil
}

// counted is the position of the log up to which the catalog's statistics count, by stream.
func (c *check) counted(ctx context.Context) (map[logs.StreamID]uint64, error) {
	positions := map[logs.StreamID]uint64{}
	err := c.eachStream(ctx, func(s *catalog.Stream) { positions[s.ID] = s.Stats.Sequence })
	c.report.Streams = int64(len(positions))
	return positions, err
}

// statistics holds the statistics of every stream against what segments and log hold. What is left of c.held then belongs to
// streams that are no more.
func (c *check) statistics(ctx context.Context) error {
	c.o.Progress(Progress{Stage: "statistics"})
	expired, skipped := 0, 0
	err := c.eachStream(ctx, func(s *catalog.Stream) {
		t := c.held[s.ID]
		delete(c.held, s.ID)
		if t == nil {
			t = &tally{group: s.Group}
		}
		switch {
		case c.uncertain[s.Group]:
			skipped++
		case t.group != s.Group || t.name != "" && t.name != s.Name:
			c.report.problem(Statistics, c.name(s), adviseUnknown, "segments have events of stream %d under the name %q in group %d", s.ID, t.name, t.group)
		default:
			if c.stream(s, t) {
				expired++
			}
		}
	})
	if err != nil {
		return err
	}
	for id, t := range c.held {
		if _, gone := c.dropped[id]; !gone && c.groups[t.group] != nil {
			c.report.problem(Statistics, fmt.Sprintf("stream %d", id), adviseUnknown, "there are %d events of it, and the catalog does not know it", t.events)
		}
	}
	if expired > 0 {
		c.report.note("%d streams hold fewer events than they were given: the older ones have expired", expired)
	}
	if skipped > 0 {
		c.report.note("statistics of %d streams were not compared, because not everything of their groups could be read", skipped)
	}
	return nil
}

// stream holds what a stream was given against what there is of it; true if older events have expired.
func (c *check) stream(s *catalog.Stream, t *tally) (expired bool) {
	given := s.Stats
	if t.laterEvents > 0 {
		if given.Events == 0 || t.laterFirst < given.FirstEvent {
			given.FirstEvent = t.laterFirst
		}
		given.Events += t.laterEvents
		given.Bytes += t.laterBytes
		given.LastEvent, given.LastIngestion = max(given.LastEvent, t.laterLast), max(given.LastIngestion, t.laterTime)
	}
	wrong := func(advice, what string, there, want int64) bool {
		c.report.problem(Statistics, c.name(s), advice, "%s: there %d, counted %d", what, there, want)
		return false
	}
	if t.events >= given.Events {
		switch {
		case t.events > given.Events:
			return wrong(adviseReport, "events", t.events, given.Events)
		case t.bytes != given.Bytes:
			return wrong(adviseReport, "bytes of messages", t.bytes, given.Bytes)
		case t.events > 0 && t.first != given.FirstEvent:
			return wrong(adviseReport, "time of the first event", t.first, given.FirstEvent)
		case t.last != given.LastEvent:
			return wrong(adviseReport, "time of the last event", t.last, given.LastEvent)
		case t.ingestion != given.LastIngestion:
			return wrong(adviseReport, "last ingestion", t.ingestion, given.LastIngestion)
		}
		return false
	}
	switch {
	case t.bytes > given.Bytes:
		return wrong(adviseReport, "bytes of messages", t.bytes, given.Bytes)
	case t.events > 0 && t.first < given.FirstEvent:
		return wrong(adviseReport, "time of the first event", t.first, given.FirstEvent)
	case t.last > given.LastEvent:
		return wrong(adviseReport, "time of the last event", t.last, given.LastEvent)
	case t.ingestion > given.LastIngestion:
		return wrong(adviseReport, "last ingestion", t.ingestion, given.LastIngestion)
	case c.groups[s.Group].RetentionDays == 0 && t.events > 0 && t.first == given.FirstEvent:
		// Expiry takes the oldest first; the oldest is there, so it was not expiry.
		return wrong(adviseLost, "events are missing", t.events, given.Events)
	}
	return true
}

func (c *check) name(s *catalog.Stream) string { return c.groups[s.Group].Name + " " + s.Name }
