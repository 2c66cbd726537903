package catalog

import "context"

// Contents is what the files of a store tell of the groups, streams and segments that there are.
type Contents struct {
	// Groups and Streams have the ids that they were created with.
	Groups   []Group
	Streams  []Stream
	Segments []Segment
	// Flushed is the write-ahead log's position up to which every event is in a segment.
	Flushed uint64
	// LastStream and LastSegment are the greatest ids that were ever seen.
	LastStream  uint64
	LastSegment SegmentID
	// Complete says that the catalog has all groups and streams: those that it lacks were deleted.
	Complete bool
}

// Restorer is a catalog that can be made anew.
type Restorer interface {
	// Restore fills a catalog without segments with the contents, all of it or nothing. Of two groups or streams with one
	// name the one with the greater id counts: the other one was deleted before. A stream that is there keeps its
	// statistics if they count later batches.
	Restore(ctx context.Context, c Contents) error
}
