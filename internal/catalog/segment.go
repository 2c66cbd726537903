package catalog

import (
	"context"

	"tailrace/internal/logs"
)

// SegmentID numbers segments; it is never used twice.
type SegmentID uint64

// Segment is an immutable file of events that counts: a member of the live set.
type Segment struct {
	ID     SegmentID
	Object string         // name of the file
	Size   int64          // bytes of the file
	Groups []SegmentGroup // one for each group; LiveSegments gives them in order of group
}

// SegmentGroup is what one segment holds of one group.
type SegmentGroup struct {
	Group      logs.GroupID
	Rows       int64
	Bytes      int64 // sum of message bytes
	FirstEvent int64 // least event time
	LastEvent  int64 // greatest event time
}

// Commit changes the live set. All of it happens, or nothing.
type Commit struct {
	Add    []Segment // with the ID from NextSegment
	Remove []SegmentID
	// Streams are the statistics that the added events make (absolute values).
	Streams []StreamUpdate
	// Flushed, if not 0, is the write-ahead log's position up to which every event is in a live segment. It never goes
	// back: one below the present is passed over.
	Flushed uint64
}

// Segments keeps the live set.
type Segments interface {
	// NextSegment gives a new id.
	NextSegment(ctx context.Context) (SegmentID, error)
	// CommitSegments makes the change. ErrNotFound, and no change, if a segment to remove is not live; ErrExists if one to
	// add is live already.
	CommitSegments(ctx context.Context, c Commit) error
	// LiveSegments returns the live set in order of id, and the flushed position.
	LiveSegments(ctx context.Context) (live []Segment, flushed uint64, err error)
}
