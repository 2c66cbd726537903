package storage

import (
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

func TestBytesWithin(t *testing.T) {
	s := &catalog.Segment{Groups: []catalog.SegmentGroup{
		{Group: 1, Bytes: 1000, FirstEvent: 0, LastEvent: 99}, {Group: 2, Bytes: 7, FirstEvent: 5, LastEvent: 5},
	}}
	for _, c := range []struct {
		group    logs.GroupID
		from, to int64
		want     int64
	}{{1, 0, 1000, 1000}, {1, 50, 60, 100}, {1, 100, 200, 0}, {2, 5, 6, 7}, {3, 0, 1000, 0}} {
		if got := bytesWithin(s, c.group, logs.TimeRange{Start: c.from, End: c.to}); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
