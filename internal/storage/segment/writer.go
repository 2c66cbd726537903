package segment

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
)

// Options are a writer's; zero values stand for the defaults.
type Options struct {
	Level Level
	// BlockBytes is how many message bytes a block aims at, 256 KiB by default, MaxMessage
	// at most: more packs better, less reads faster.
	BlockBytes int
	// GroupRows and GroupBytes end a row group, 524,288 rows and 128 MiB of messages by default.
	GroupRows  int
	GroupBytes int64
	// NoFilters leaves out the filters of substrings, which take about 8 % of the file, 12.5 % at most.
	NoFilters bool
	// Yield, if set, is called between pieces of the work of a millisecond or less.
	Yield func()
	// Fields says which columns of JSON leaves blocks carry; none by default.
	Fields field.Options
	// Always, if set, gives paths that the blocks with a group's events have columns of in any case, as far as they fit.
	Always func(logs.GroupID) []string
}

const (
	defaultBlockBytes = 256 << 10
	defaultGroupRows  = 512 << 10
	defaultGroupBytes = 128 << 20
	// maxBlockRows bounds what a block of short messages takes when decoded.
	maxBlockRows = 8 << 10
	// keyPageBlocks is how many blocks a page of a key column spans: at a page a block their headers and index entries
	// would take more room than their values.
	keyPageBlocks = 16
)

func (o Options) withDefaults() Options {
	if o.Yield == nil {
		o.Yield = func() {}
	}
	o.BlockBytes = min(cmp.Or(o.BlockBytes, defaultBlockBytes), MaxMessage)
	o.GroupRows = cmp.Or(o.GroupRows, defaultGroupRows)
	o.GroupBytes = cmp.Or(o.GroupBytes, defaultGroupBytes)
	return o
}

// Errors of Add: the caller broke its contract.
var (
	ErrOrder   = errors.New("streams or events are not in order")
	ErrMessage = errors.New("message is too long for a segment")
	errClosed  = errors.New("writer is closed or has failed")
)

// Writer writes one segment. What it holds does not grow with the messages: a block and its encoded form (about four
// times Options.BlockBytes, or the longest message), the compressor (below 2 MiB), the pages of the small columns until their
// row group ends (1 to 4 bytes a row as a rule, so 2 MiB; 48 bytes a row at worst) and the directory and page index
// (600 bytes a block, 300 and twice the name a stream), and the extras of a row group (maxExtra).
type Writer struct {
	opts Options
	out  output
	*encoder
	dir     directory
	group   rowGroup // being written
	foot    footer
	last    logs.EventID // of the run being written
	rows    int64        // of the file, written or in the block
	makers  [extraKinds]extraMaker
	notText [allColumns]bool // at their places in schema: columns with bytes that are not UTF-8
	failed  bool
	// unbroken says that the block does not end before the events that are being added.
	unbroken bool
	// Paths that always have columns: of the group being written, and of those with rows in the block.
	groupAlways, blockAlways []string
}

// NewWriter starts a segment on w, which is written from first byte to last and neither synced nor closed
// (io.NewOffsetWriter makes a vfs.File such a writer).
func NewWriter(w io.Writer, opts Options) *Writer {
	opts = opts.withDefaults()
	e := takeEncoder(opts.Level)
	e.pager.yield = opts.Yield
	sw := &Writer{opts: opts, dir: directory{level: opts.Level}, encoder: e, out: output{w: e.buffer(w)}}
	sw.out.write([]byte(magic))
	if !opts.NoFilters {
		sw.makers[extraGrams] = sw.makeFilter
	}
	sw.useFields()
	sw.beginGroup()
	return sw
}

// Add writes the events of one stream, which next returns in ascending order of id until it returns false; message is
// read before the next call. Streams come in ascending order of (group, stream), each once, the streams of a group with
// the same group name and scope; anything else is ErrOrder. A stream without events leaves no trace. After an error the
// writer is of no further use and what it wrote is to be thrown away.
func (w *Writer) Add(s Stream, next func() (id logs.EventID, message []byte, ok bool)) error {
	if w.failed {
		return errClosed
	}
	id, message, ok := next()
	if !ok {
		return nil
	}
	err := w.beginRun(s, id)
	for ; ok && err == nil; id, message, ok = next() {
		err = w.add(id, message)
	}
	if err == nil {
		w.endRun()
		err = w.out.err
	}
	if err != nil {
		w.failed = true
		return fmt.Errorf("segment: stream %d of group %d: %w", s.Stream, s.Group, err)
	}
	return nil
}

// AddEvents is Add of events in slices of the same length.
func (w *Writer) AddEvents(s Stream, ids []logs.EventID, messages [][]byte) error {
	at := -1
	return w.Add(s, func() (logs.EventID, []byte, bool) {
		at++
		if at >= len(ids) {
			return logs.EventID{}, nil, false
		}
		return ids[at], messages[at], true
	})
}

func (w *Writer) beginRun(s Stream, first logs.EventID) error {
	if n := len(w.dir.runs); n > 0 {
		last := &w.dir.runs[n-1]
		if cmp.Or(cmp.Compare(last.Group, s.Group), cmp.Compare(last.Stream.Stream, s.Stream)) >= 0 {
			return ErrOrder
		}
		if last.Group == s.Group && (last.GroupName != s.GroupName || last.Scope != s.Scope) {
			return fmt.Errorf("%w: its group has two names", ErrOrder)
		}
	}
	w.dir.runs = append(w.dir.runs, Run{Stream: s, FirstRow: w.rows, FirstEvent: first.Timestamp})
	for i, name := range [...]string{s.Scope.Account, s.Scope.Region, s.GroupName, s.StreamName} {
		w.notText[i] = w.notText[i] || !utf8.ValidString(name)
	}
	w.keys.begin(s)
	w.beginFields(s.Group)
	w.last = logs.EventID{}
	return nil
}

func (w *Writer) add(id logs.EventID, message []byte) error {
	run := &w.dir.runs[len(w.dir.runs)-1]
	if run.Rows > 0 && !w.last.Less(id) || id.Timestamp < 0 || id.Ingestion < 0 {
		return fmt.Errorf("%w: %+v after %+v", ErrOrder, id, w.last)
	}
	if len(message) > MaxMessage {
		return ErrMessage
	}
	b := &w.block
	if b.rows() > 0 && !w.unbroken && (len(b.messages)+len(message) > w.opts.BlockBytes || b.rows() >= maxBlockRows) {
		w.cut()
	}
	b.append(id, message)
	w.notText[messagePlace] = w.notText[messagePlace] || !utf8.Valid(message)
	w.keys.count++
	w.rows++
	run.Rows++
	run.Bytes += int64(len(message))
	run.LastEvent = id.Timestamp
	w.last = id
	return w.out.err
}

// endRun also cuts a block that is at least half full, so that reading one stream seldom decodes its neighbours.
func (w *Writer) endRun() {
	w.keys.end()
	if w.block.rows() > 0 && len(w.block.messages) >= w.opts.BlockBytes/2 {
		w.cut()
	}
}

// Close writes what is left and the footer, and describes the file. A segment without events is a valid file.
func (w *Writer) Close() (Meta, error) {
	if w.failed {
		return Meta{}, errClosed
	}
	w.failed = true
	if w.block.rows() > 0 {
		w.cut()
	}
	w.endGroup()
	w.writeTail()
	w.out.flush()
	if w.out.err != nil {
		return Meta{}, fmt.Errorf("segment: %w", w.out.err)
	}
	w.encoder.give()
	return w.dir.meta(w.out.offset), nil
}
