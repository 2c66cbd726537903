// Package storage is the engine: it keeps events, durable before they are acknowledged, and gives them back in order of
// id. It joins the write-ahead log, the head, segments and the catalog, a duty a file:
//
//	open, recover   lock, live set, orphans, replay            append    encode → log → head, back-pressure
//	flush           head → segment → catalog → log is cut      scan      snapshot, merge of heads and segments
//	streams, walk   exact statistics, listings                 pass, window   many streams of a segment in order of time
//	compact, merge  segments → segments                    reclaim   expiry and deletion give space back
//
// It knows no operation of the API: names, quotas, tokens and exceptions are the service's.
//
// # What holds at every moment
//
// An event lies in exactly one of: a head, or a live segment. A record of the log beyond the catalog's flushed position is
// in a head; one up to it is in a live segment, or its stream was deleted. The catalog commit of a flush moves the events
// over: it makes the segment live, writes the statistics and moves the flushed position in one transaction. Statistics
// carry the position of the last batch they count (catalog.StreamStats.Sequence), so replay counts nothing twice. A crash
// between any two steps therefore loses nothing and doubles nothing.
//
// # Locks
//
// Taken in this order: mergeMu (one merge at a time), flushMu (one flush at a time), changeMu (one change of the live set at
// a time), commitMu (statistics in the catalog change only under its write lock), mu (heads, live set), the table's mutex.
// Appends and scans take the last three alone: no lock that they take is held while the log or a segment is read or
// written, but commitMu, which covers catalog calls. An Engine is safe for concurrent use.
package storage

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/wal"
)

var (
	// ErrUnavailable says that the engine cannot take writes now: the disk refuses or is full, the log is poisoned until
	// a restart, or the engine is closed. Nothing of the write that it answers was acknowledged.
	ErrUnavailable = errors.New("storage unavailable")
	// ErrWalkExpired says that a listing in order of last events can no longer be continued: it is older than a day, the
	// server was restarted, or too much has changed since it began.
	ErrWalkExpired = errors.New("listing expired")
)

// Batch is what one request writes to one stream.
type Batch struct {
	Group     logs.GroupID
	Stream    catalog.Stream
	Ingestion int64 // epoch milliseconds
	// Events are in order of time, 1 to 65,536 of them. The engine copies what it keeps.
	Events []logs.Event
}

// Engine is an open store.
type Engine struct {
	o        Options
	unlock   io.Closer
	log      *wal.Log
	table    *table
	readers  *readers
	windows  *windows
	listings *listings

	mergeMu  sync.Mutex
	flushMu  sync.Mutex
	changeMu sync.Mutex
	unsure   *change // a change whose commit failed in an unknown way; guarded by changeMu
	commitMu sync.RWMutex

	mu        sync.RWMutex
	active    *head.Head
	since     time.Time    // when active got its first event; zero: it has none
	frozen    []*head.Head // oldest first
	live      map[catalog.SegmentID]*live
	bytes     map[logs.GroupID]int64 // message bytes in live segments
	retention map[logs.GroupID]int64 // of groups that do not keep events for ever, milliseconds; as of the last look
	room      chan struct{}          // closed when a head left or flushing failed or the engine closes
	flushErr  error                  // of the last try to flush; nil after a success
	closed    bool

	kick    chan struct{}
	merging chan struct{} // asks for a look at what is to be merged
	stop    context.CancelFunc
	stopped sync.WaitGroup

	waiting    atomic.Int64 // segments of flushes that wait for a merge, about
	mergeFails atomic.Bool  // the last merge failed

	counters counters
	recovery Recovery
	damage   damage
}

type counters struct {
	batches, events, bytes             atomic.Int64
	flushes, flushErrors, flushedBytes atomic.Int64
	rewrites, removals, reclaimedBytes atomic.Int64

	scrubbed, scrubbedBytes, scrubPasses atomic.Int64
	merges, mergeErrors                  atomic.Int64
	mergeRead, mergeWritten              atomic.Int64 // bytes of files
}
