package storage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tailrace/internal/catalog"
)

// warmDelay leaves the disk and the processors to those who waited for the start.
const warmDelay = 100 * time.Millisecond

// warm reads after a start what searches look at first: the directories of the segments with the newest events, and their filters
// as far as half their cache goes. Without it the first search waits for the disk several times a segment. What is damaged is
// left to those who come for it.
func (e *Engine) warm(ctx context.Context) {
	select {
	case <-time.After(warmDelay):
	case <-ctx.Done():
		return
	}
	left := e.o.FilterBytes / 2
	for _, id := range e.newestIDs(e.o.MaxOpenSegments) {
		l := e.hold(id)
		if l == nil {
			continue
		}
		if reader, err := e.readers.open(l); err == nil {
			left -= reader.LoadFilters(left)
		}
		e.readers.release(l)
		if left <= 0 || ctx.Err() != nil {
			return
		}
	}
}

// newestIDs are those of at most so many live segments, the one with the newest event first.
func (e *Engine) newestIDs(most int) []catalog.SegmentID {
	e.mu.RLock()
	defer e.mu.RUnlock()
	all := slices.SortedFunc(maps.Values(e.live), func(a, b *live) int {
		return cmp.Compare(lastEvent(&b.meta), lastEvent(&a.meta))
	})
	var ids []catalog.SegmentID
	for _, l := range all[:min(most, len(all))] {
		ids = append(ids, l.meta.ID)
	}
	return ids
}

func lastEvent(s *catalog.Segment) (last int64) {
	for i := range s.Groups {
		last = max(last, s.Groups[i].LastEvent)
	}
	return last
}

// hold keeps a segment readable until it is released; nil if it is no longer live.
func (e *Engine) hold(id catalog.SegmentID) *live {
	e.mu.RLock()
	defer e.mu.RUnlock()
	l := e.live[id]
	if l != nil {
		e.readers.hold(l)
	}
	return l
}
