package storage

import (
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// EstimateBytes is about how many bytes of messages lie in a group's range of time, without a look at them: events are taken to be
// spread evenly over the time of each segment, and those in memory count whole.
func (e *Engine) EstimateBytes(group logs.GroupID, span logs.TimeRange) int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	sum := int64(0)
	for _, h := range e.heads() {
		sum += h.GroupBytes(group)
	}
	for _, l := range e.live {
		sum += bytesWithin(&l.meta, group, span)
	}
	return sum
}

// bytesWithin is a segment's part of the estimate.
func bytesWithin(s *catalog.Segment, group logs.GroupID, span logs.TimeRange) int64 {
	for i := range s.Groups {
		g := &s.Groups[i]
		from, to := max(g.FirstEvent, span.Start), min(g.LastEvent+1, span.End)
		if g.Group == group && from < to {
			return int64(float64(g.Bytes) * float64(to-from) / float64(g.LastEvent+1-g.FirstEvent))
		}
	}
	return 0
}
