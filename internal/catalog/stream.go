package catalog

import (
	"context"

	"tailrace/internal/logs"
)

// Stream is a log stream with what is known of its events. Names are unique within a group.
type Stream struct {
	ID      logs.StreamID
	Group   logs.GroupID
	Name    string
	Created int64
	Stats   StreamStats
}

// StreamStats sums up the events a stream was ever given. All are zero before the first event.
type StreamStats struct {
	FirstEvent    int64 // least event time
	LastEvent     int64 // greatest event time
	LastIngestion int64
	Events        int64 // count of events
	Bytes         int64 // sum of message bytes
	// Sequence is the write-ahead log's position of the last batch that is counted in here; replay counts none up to it
	// a second time. It is 0 for a stream without events.
	Sequence uint64
}

// StreamOrder is the order of a listing of streams.
type StreamOrder int

// Orders of ListStreams. Both are total: ties of the last event are broken by name, in the same direction.
const (
	ByName      StreamOrder = iota // bytes of the name
	ByLastEvent                    // (LastEvent, name); streams without events count as 0
)

// StreamQuery asks for a page of one group's streams.
type StreamQuery struct {
	Group      logs.GroupID
	Prefix     string // ByName only
	Order      StreamOrder
	Descending bool
	// After is the last element of the page before, exclusive; nil: from the beginning. ByName looks at the name alone.
	After *StreamCursor
	Limit int
}

// StreamCursor is a place in a listing of streams.
type StreamCursor struct {
	LastEvent int64
	Name      string
}

// StreamUpdate replaces a stream's statistics by absolute values.
type StreamUpdate struct {
	ID    logs.StreamID
	Stats StreamStats
}

// Streams keeps log streams.
type Streams interface {
	// CreateStream adds a stream, giving it an ID. ErrExists if the group has the name; ErrNotFound if there is no group.
	CreateStream(ctx context.Context, s Stream) (Stream, error)
	// Stream finds a stream by name, or ErrNotFound.
	Stream(ctx context.Context, group logs.GroupID, name string) (Stream, error)
	// StreamByID finds a stream by id, or ErrNotFound.
	StreamByID(ctx context.Context, id logs.StreamID) (Stream, error)
	// ListStreams returns at most q.Limit streams, fewer only if there are no more; a group that is not there has none. A
	// prefix with another order than ByName is an error. A page costs the same however many streams the group has.
	ListStreams(ctx context.Context, q StreamQuery) ([]Stream, error)
	// DeleteStream removes a stream and remembers its id among the dropped. ErrNotFound.
	DeleteStream(ctx context.Context, id logs.StreamID) error
	// UpdateStreams writes statistics in one transaction; ids that are no more are passed over.
	UpdateStreams(ctx context.Context, updates []StreamUpdate) error
	// PurgeStreams removes at most limit rows of streams whose group is no more and returns how many it removed.
	PurgeStreams(ctx context.Context, limit int) (int, error)

	// DroppedStreams returns deleted streams whose events may still lie in segments, with the group each was in.
	DroppedStreams(ctx context.Context) (map[logs.StreamID]logs.GroupID, error)
	// ForgetDropped removes ids from the dropped: none of their events is left.
	ForgetDropped(ctx context.Context, ids []logs.StreamID) error
}
