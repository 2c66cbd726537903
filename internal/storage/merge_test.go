package storage

import (
	"testing"

	"tailrace/internal/catalog"
)

// A merge that wrote fewer events than are alive for certain, or more than may be, does not take the place of its inputs.
func TestMergeCountsRows(t *testing.T) {
	for rows, ok := range map[int64]bool{4: false, 5: true, 7: true, 8: false} {
		of := func(rows int64) *live {
			return &live{meta: catalog.Segment{Groups: []catalog.SegmentGroup{{Group: 1, Rows: 1}, {Group: 2, Rows: rows}}}}
		}
		m := &merge{least: 5, most: 7, made: []*live{of(1), of(rows - 3)}}
		if err := m.check(); (err == nil) != ok {
			t.Errorf("%d rows: %v", rows, err)
		}
	}
}
