package segment

import (
	"fmt"
	"io"
	"sync/atomic"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage/gram"
)

// Stream says whose events follow: a stream, its group, and the names by which other readers know them.
type Stream struct {
	Group      logs.GroupID
	Stream     logs.StreamID
	GroupName  string
	StreamName string
	Scope      logs.Scope
}

// Run is what a segment holds of one stream: consecutive rows, in order of event id.
type Run struct {
	Stream
	FirstRow   int64
	Rows       int64
	Bytes      int64 // sum of message bytes
	FirstEvent int64 // least event time, epoch milliseconds
	LastEvent  int64 // greatest event time
}

// Meta describes a segment.
type Meta struct {
	Size   int64 // bytes of the file
	Rows   int64
	Groups []GroupMeta // in order of id
}

// GroupMeta is what a segment holds of one group.
type GroupMeta struct {
	Group      logs.GroupID
	Rows       int64
	Bytes      int64 // sum of message bytes
	FirstEvent int64 // least event time, epoch milliseconds
	LastEvent  int64 // greatest event time
}

// MaxMessage is the longest message that a segment takes, in bytes: far above CloudWatch's 1 MiB.
const MaxMessage = 16 << 20

// File is what a Reader reads: vfs.File is one.
type File interface {
	io.ReaderAt
	// Name is what CorruptError calls the file.
	Name() string
}

// Query chooses events of a run or of a group.
type Query struct {
	Range  logs.TimeRange // event times; the zero range holds nothing, logs.AllTime everything
	After  logs.EventID   // exclusive; zero: no bound
	Before logs.EventID   // exclusive; zero: no bound
	// Reverse gives a cursor's events in descending order of id. A scan has no order and ignores it.
	Reverse bool
	// Match, if set, drops the events whose messages it refuses. It must not keep the message.
	Match func(message []byte) bool
	// Seek, if set, spares Match messages: in a text of whole messages, one after the other, it returns a place before which Match
	// takes none that ends there or earlier, or a negative number if Match takes none at all.
	Seek func(text []byte) int
	// Name, if set, stands for what Match does: two queries with one name take the same messages. What they find out is kept then.
	Name string
	// Loose tells that Match, like Where, only leaves out: it is not asked where columns tell what Where says.
	Loose bool
	// Check, if set, is asked before each block with what was looked at so far; Next fails with its error.
	Check func(Stats) error
	// Required, if set, is what every wanted message contains: blocks whose filters exclude that are left out. Events that
	// do not contain it are given where filters cannot tell.
	Required *gram.Condition
	// Columns are the columns that are wanted of the events.
	Columns column.Columns
	// Keep leaves what is decoded in the cache for who comes next, and the messages of batches stay as they are for ever.
	Keep bool
	// KeepBytes, if set, is how many bytes of messages may be kept like that in blocks that come next, and counts down. Several
	// cursors may share it.
	KeepBytes *atomic.Int64
	// Fields are paths of JSON leaves, all different: Batch.Fields has their values. Messages are read for them only in
	// blocks that do not carry their columns.
	Fields []string
	// Parts, if set, are more fields: texts that are taken out of messages.
	Parts *column.Parts
	// Where is what holds of every wanted message: of each clause some condition. Blocks and events for which it cannot hold, as far
	// as columns tell, are left out; it does not decide about an event.
	Where [][]leaf.Condition
}

// Stats is what was looked at: events of the chosen runs and times, the bytes of their messages, whether these had to be
// read or not, and the blocks in which they lie; and the blocks that were left out because their filters exclude what the query
// requires, with the bytes of all their messages.
type Stats struct {
	Events, Bytes, Blocks       int64
	SkippedBlocks, SkippedBytes int64
	SkippedEvents               int64 // in the blocks that were left out
}

// Since is what was looked at since before.
func (s Stats) Since(before Stats) Stats {
	return Stats{
		s.Events - before.Events, s.Bytes - before.Bytes, s.Blocks - before.Blocks,
		s.SkippedBlocks - before.SkippedBlocks, s.SkippedBytes - before.SkippedBytes, s.SkippedEvents - before.SkippedEvents,
	}
}

// skip counts a block that is left out.
func (s *Stats) skip(b *blockEntry) {
	s.SkippedBlocks++
	s.SkippedBytes += b.bytes
	s.SkippedEvents += int64(b.rows)
}

// Add adds up.
func (s *Stats) Add(x Stats) {
	s.Events += x.Events
	s.Bytes += x.Bytes
	s.Blocks += x.Blocks
	s.SkippedBlocks += x.SkippedBlocks
	s.SkippedBytes += x.SkippedBytes
	s.SkippedEvents += x.SkippedEvents
}

// CorruptError says that a segment's bytes are not what a Writer wrote.
type CorruptError struct {
	Object string // the file's name
	Offset int64  // where in the file the damage was noticed, in bytes
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("segment %s: damaged at byte %d: %s", e.Object, e.Offset, e.Reason)
}
