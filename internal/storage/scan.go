package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage/gram"
	"tailrace/internal/storage/head"
)

const (
	// A batch ends at so many events or message bytes.
	batchEvents = 1024
	batchBytes  = 1 << 20
)

// Query chooses events of one group. A group or stream that was deleted or never was has no events.
type Query struct {
	Group        logs.GroupID
	Streams      []logs.StreamID // nil: all
	StreamPrefix string          // of the names of streams; empty: any
	Range        logs.TimeRange  // event times; the zero range holds nothing, logs.AllTime everything
	After        logs.EventID    // exclusive; zero: no bound
	Before       logs.EventID    // exclusive; zero: no bound
	Reverse      bool            // descending order of id
	// Match, if set, drops the events whose messages it refuses. Several goroutines call it at a time. It must not keep
	// the message.
	Match func(message []byte) bool
	// MayMatch, if set with Match, tells whether Match may take one of the messages that are parts of text: false is certain.
	MayMatch func(text []byte) bool
	// Seek, if set, finds the next message that Match has to look at: in a text of whole messages, one after the other with
	// or without something between them, it returns a place before which Match takes none that ends there or earlier, or a
	// negative number if Match takes none at all. Whole blocks are searched so. Several goroutines call it at a time.
	Seek func(text []byte) int
	// Name, if set, stands for what Match does, and no other Match has it: the next query of that name need not look at the same
	// messages again.
	Name string
	// Loose tells that Match, like Where, only leaves out messages: it need not be asked of those of which columns tell what Where says.
	Loose bool
	// Required, if known, is what every wanted message contains: of each clause at least one of its literals, in this or another
	// case of ASCII letters. It lets the scan leave out what cannot be wanted, but does not decide about an event: Match does.
	Required [][][]byte
	// Where, if known, is what holds of the JSON leaves of every wanted message: of each clause at least one condition. Like
	// Required it leaves out and does not decide.
	Where [][]leaf.Condition
	// Fields are paths of JSON leaves, all different, whose values Batch.Fields has in the same order.
	Fields []string
	// Parts, if set, are more fields, behind these: texts that are taken out of messages. What was taken is kept, by their names, for the
	// next query.
	Parts *column.Parts
	// Columns are those that Visit gives; a scan gives all.
	Columns column.Columns
	// Keep makes the bytes of a scan's messages the caller's: they stay when the scan goes on and ends.
	Keep bool
	// Limit is how many events the caller wants at most, 0 if that is not known: the scan ends there, and plans for it.
	Limit int
	// MaxBytes is about how many message bytes the scan may look at, 0 if that does not matter. One that would look at more
	// leaves out what lies behind a time that it chooses; see Scanner.Rest. It covers at least a millisecond.
	MaxBytes int64
	// Report, if set, is called by Visit and VisitAll with what they have looked at so far, now and then, by one goroutine at a time.
	Report func(ScanStats)
}

// Scanner gives the events of a query in order of id, in batches. It sees every event that was acknowledged before Scan and
// perhaps later ones, each once. Its memory does not grow with the data: see pass. It is for one goroutine and must be closed.
type Scanner struct {
	e        *Engine
	ctx      context.Context
	q        Query
	streams  map[logs.StreamID]bool // nil: all
	dropped  map[logs.StreamID]struct{}
	lo, hi   logs.EventID
	heap     []source
	held     map[*live]int // segments that may be read, with the number of sources that are left of each
	required *gram.Condition
	share    int               // segments that may have to be read at the same time
	batch    *column.Batch     // nil: closed
	fields   *column.Extractor // nil without Query.Fields
	arena    []byte            // messages of the batch that lie in memory which is used again
	keep     atomic.Int64      // bytes of blocks that filters let pass: for the next page, who looks around a hit, and the same search again
	given    int
	rest     logs.EventID
	stats    ScanStats
	err      error
}

// Scan begins a scan. Segments that are found damaged are reported (Stats.Damaged), and what is readable is given.
func (e *Engine) Scan(ctx context.Context, q Query) *Scanner {
	q.Columns = 0
	s := e.newScanner(ctx, q)
	s.batch = takeBatch()
	heads, ok := s.begin()
	if !ok {
		return s
	}
	s.shorten()
	s.heap = make([]source, 0, len(heads)+len(s.held))
	for _, h := range heads {
		s.add(&headInput{cursor: h.Cursor(s.headQuery())})
	}
	for l := range s.held {
		g, _ := groupOf(&l.meta, s.q.Group)
		s.push(source{key: s.bound(g.FirstEvent, g.LastEvent), segment: l})
	}
	s.share = s.overlapping()
	return s
}

func (e *Engine) newScanner(ctx context.Context, q Query) *Scanner {
	q.Streams = slices.Clone(q.Streams)
	slices.Sort(q.Streams)
	q.Streams = slices.Compact(q.Streams) // who names a stream twice gets its events once
	s := &Scanner{e: e, ctx: ctx, q: q, required: gram.New(q.Required), held: map[*live]int{}}
	s.keep.Store(int64(e.o.PageBytes / 4))
	if len(q.Fields)+q.Parts.Len() > 0 {
		s.fields = column.NewExtractor(q.Fields, q.Parts)
	}
	return s
}

// begin finds out what is to be read and holds it; false if that is nothing.
func (s *Scanner) begin() ([]*head.Head, bool) {
	var ok bool
	if s.lo, s.hi, ok = s.q.Range.IDs(s.q.After, s.q.Before); !ok {
		return nil, false
	}
	if s.q.Streams != nil {
		s.streams = make(map[logs.StreamID]bool, len(s.q.Streams))
		for _, id := range s.q.Streams {
			s.streams[id] = true
		}
	}
	return s.snapshot(), true
}

func (s *Scanner) headQuery() head.Query {
	q := &s.q
	may := q.MayMatch
	if may == nil && q.Seek != nil {
		may = func(text []byte) bool { return q.Seek(text) >= 0 }
	}
	return head.Query{Group: q.Group, Streams: q.Streams, Keep: s.keepName(), Range: q.Range, After: q.After, Before: q.Before, Reverse: q.Reverse, MayMatch: may}
}

// snapshot takes the heads and segments that hold the group's events at this moment: each event is in exactly one.
func (s *Scanner) snapshot() []*head.Head {
	e, q := s.e, &s.q
	e.mu.RLock()
	defer e.mu.RUnlock()
	e.table.mu.Lock()
	deleted := e.table.droppedGroups[q.Group]
	s.dropped = e.table.dropped[q.Group]
	e.table.mu.Unlock()
	if deleted {
		return nil
	}
	heads := e.heads()
	for _, l := range e.live {
		if g, ok := groupOf(&l.meta, q.Group); ok && g.FirstEvent <= s.hi.Timestamp && g.LastEvent >= s.lo.Timestamp {
			e.readers.hold(l)
			s.held[l] = 1
		}
	}
	return heads
}

// bound is the first id that a source with events from first to last can give.
func (s *Scanner) bound(first, last int64) logs.EventID {
	if s.q.Reverse {
		if last < s.hi.Timestamp {
			return logs.MaxEventID(last)
		}
		return s.hi
	}
	if first > s.lo.Timestamp {
		return logs.MinEventID(first)
	}
	return s.lo
}

func (s *Scanner) keepName() func(logs.StreamID, string) bool {
	if s.q.StreamPrefix == "" {
		return nil
	}
	return func(_ logs.StreamID, name string) bool { return strings.HasPrefix(name, s.q.StreamPrefix) }
}

// wants tells whether a stream of a segment belongs to the scan.
func (s *Scanner) wants(id logs.StreamID, name string) bool {
	if s.streams != nil && !s.streams[id] || !strings.HasPrefix(name, s.q.StreamPrefix) {
		return false
	}
	if s.dropped == nil {
		return true
	}
	s.e.table.mu.Lock()
	defer s.e.table.mu.Unlock()
	_, gone := s.dropped[id]
	return !gone
}

// Next reads the next batch, which is never empty; false at the end and after an error.
func (s *Scanner) Next() bool {
	if s.batch == nil {
		return false
	}
	s.batch.Reset()
	if s.arena = s.arena[:0]; s.q.Keep {
		s.arena = nil
	}
	size := 0
	for s.err == nil && len(s.heap) > 0 && s.batch.Len() < batchEvents && size < batchBytes {
		if s.q.Limit > 0 && s.given == s.q.Limit {
			s.end()
			break
		}
		if s.heap[0].segment != nil {
			s.open(s.pop())
			continue
		}
		top := s.heap[0].in
		if p, ok := top.(*pass); ok && p.waits {
			s.advance()
			continue
		}
		message := top.message()
		if top.isVolatile() {
			at := len(s.arena)
			s.arena = append(s.arena, message...)
			message = s.arena[at:len(s.arena):len(s.arena)]
		}
		stream, name := top.stream()
		s.batch.Append(s.heap[0].key, stream, name, message)
		s.given++
		size += len(message)
		s.advance()
	}
	if s.err == nil && s.batch.Len() > 0 {
		s.err = s.ctx.Err()
	}
	s.extract()
	return s.err == nil && s.batch.Len() > 0
}

// extract fills in the fields of the batch: the messages are here in any case.
func (s *Scanner) extract() {
	s.batch.UseFields(len(s.q.Fields) + s.q.Parts.Len())
	if s.fields == nil {
		return
	}
	s.fields.Reset()
	for _, message := range s.batch.Message {
		s.fields.Append(s.batch.Fields, message)
	}
}

// advance moves the input on top to its next event.
func (s *Scanner) advance() {
	top := &s.heap[0]
	ok, err := top.in.next(s)
	if err != nil {
		s.fail(err)
		return
	}
	if !ok {
		s.pop().in.close(s)
		return
	}
	top.key = top.in.id()
	s.down(0)
}

// add takes in an input if it has an event.
func (s *Scanner) add(in input) {
	ok, err := in.next(s)
	if err != nil {
		s.fail(err)
		return
	}
	if !ok {
		in.close(s)
		return
	}
	s.push(source{key: in.id(), in: in})
}

func (s *Scanner) fail(err error) {
	if s.err == nil {
		s.err = fmt.Errorf("scan group %d: %w", s.q.Group, err)
	}
}

// Batch is what Next read; it is valid until the next call of Next or Close.
func (s *Scanner) Batch() *column.Batch { return s.batch }

// Err is what ended the scan, nil if it came to its end.
func (s *Scanner) Err() error { return s.err }

// Scanned is how many message bytes were looked at, those that Match refused among them.
func (s *Scanner) Scanned() int64 { return s.stats.Bytes }

// Stats is what was looked at so far, and what was left out because of Query.Required.
func (s *Scanner) Stats() ScanStats { return s.stats }

// Close ends the scan. It may be called twice.
func (s *Scanner) Close() {
	s.end()
	if s.batch != nil {
		giveBatch(s.batch)
		s.batch = nil
	}
}

// end gives back everything but the batch.
func (s *Scanner) end() {
	for _, x := range s.heap {
		if x.in != nil {
			x.in.close(s)
		}
	}
	for l := range s.held {
		s.e.readers.release(l)
	}
	s.held, s.heap = nil, nil
}
