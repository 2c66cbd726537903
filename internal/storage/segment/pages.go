package segment

import (
	"fmt"
	"slices"
	"sort"
	"sync"

	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
)

// pages is one block being read: the columns are decoded when they are asked for, or come from the reader's cache. Its
// memory passes from cursor to cursor, but for what is kept in the cache.
type pages struct {
	r     *Reader
	block *blockEntry
	cache *cache.Cache // nil: none
	keep  bool         // what is decoded goes into the cache

	times []int64        // empty until loadTimes
	ids   []logs.EventID // empty until loadIDs
	messages

	read    []byte // a page as it is in the file
	ownTime []int64
	ownIDs  []logs.EventID
	ownEnds []int64
	raw     []byte  // the body of the page of messages
	packed  []byte  // the body of another page
	ints    []int64 // a column
	rows    []int32 // rows that were matched

	inspect func(page []byte, c eventColumn) error // if set, sees every page that is read
}

var pagesPool = sync.Pool{New: func() any { return new(pages) }}

func takePages(r *Reader) *pages {
	p := pagesPool.Get().(*pages)
	p.r, p.block = r, nil
	return p
}

func (p *pages) give() {
	p.seek(nil)
	p.r, p.inspect, p.cache, p.keep = nil, nil, nil, false
	p.read, p.raw = trim(p.read), trim(p.raw)
	pagesPool.Put(p)
}

// seek makes b the block; everything of the one before is gone unless it is the same.
func (p *pages) seek(b *blockEntry) {
	if p.block != b {
		p.block, p.times, p.ids, p.messages = b, nil, nil, messages{}
	}
}

// messages are those of a block.
type messages struct {
	ends []int64 // in text; empty: not loaded
	text []byte
}

// message is the message of a row of the block.
func (m *messages) message(row int) []byte {
	start := int64(0)
	if row > 0 {
		start = m.ends[row-1]
	}
	return m.text[start:m.ends[row]:m.ends[row]]
}

// key is what the pages that begin with a column's are called in the cache.
func (p *pages) key(c eventColumn) cache.Key {
	return cache.Key{Segment: p.r.id, Kind: cache.Page, Place: p.block.page[c].offset}
}

// room makes room for n values: in *own, or in memory of their own if they are kept.
func room[T any](p *pages, own *[]T, n int) []T {
	if p.keep {
		return make([]T, n)
	}
	*own = grow(*own, n)
	return *own
}

// body reads a page, checks it and returns what stands behind its header.
func (p *pages) body(c eventColumn) ([]byte, error) {
	e := &p.block.page[c]
	p.read = grow(p.read, e.size)
	if err := p.r.readAt(p.read, e.offset); err != nil {
		return nil, err
	}
	if checksum(p.read) != e.crc {
		return nil, p.r.corrupt(e.offset, "page's checksum differs")
	}
	if p.inspect != nil {
		if err := p.inspect(p.read, c); err != nil {
			return nil, err
		}
	}
	body := p.read[e.header:]
	if !isCompressed(c) {
		return body, nil
	}
	var to []byte
	if c == colMessage {
		to = room(p, &p.raw, e.raw)
	} else {
		p.packed = grow(p.packed, e.raw)
		to = p.packed
	}
	raw, err := unpack(to[:0], body)
	if err != nil || len(raw) != e.raw {
		return nil, p.r.corrupt(e.offset, "page of %d bytes does not unpack to %d: %v", e.size, e.raw, err)
	}
	return raw, nil
}

// unpack appends the content of a zstd frame to dst as far as its capacity goes.
func unpack(dst, frame []byte) (raw []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("zstd: %v", v)
		}
	}()
	return pageDecoder().DecodeAll(frame, dst)
}

// column decodes the integers of a column and returns what stands behind them.
func (p *pages) column(values []int64, c eventColumn) ([]byte, error) {
	body, err := p.body(c)
	if err != nil {
		return nil, err
	}
	rest, err := decodeDelta(values, body)
	if err != nil || c != colMessage && len(rest) > 0 {
		return nil, p.r.corrupt(p.block.page[c].offset, "page of column %d: %v", c, errDelta)
	}
	return rest, nil
}

// loadTimes decodes the times.
func (p *pages) loadTimes() error {
	if len(p.times) > 0 {
		return nil
	}
	p.ownTime = grow(p.ownTime, int(p.block.rows))
	if _, err := p.column(p.ownTime, colTimestamp); err != nil {
		return err
	}
	p.times = p.ownTime
	return nil
}

// loadIDs decodes the four columns of the event ids.
func (p *pages) loadIDs() error {
	if len(p.ids) > 0 {
		return nil
	}
	if kept, ok := p.cache.Get(p.key(colTimestamp)).([]logs.EventID); ok {
		p.ids = kept
		return nil
	}
	if err := p.loadTimes(); err != nil {
		return err
	}
	ids := room(p, &p.ownIDs, len(p.times))
	for i, t := range p.times {
		ids[i] = logs.EventID{Timestamp: t}
	}
	p.ints = grow(p.ints, len(ids))
	for c := colIngestion; c < eventColumns; c++ {
		if _, err := p.column(p.ints, c); err != nil {
			return err
		}
		setColumn(ids, p.ints, c)
	}
	p.ids = ids
	if p.keep {
		p.cache.Add(p.key(colTimestamp), p.ids, idBytes*len(p.ids))
	}
	return nil
}

// idBytes is what a decoded id takes.
const idBytes = 32

func setColumn(ids []logs.EventID, values []int64, c eventColumn) {
	values = values[:len(ids)]
	switch c {
	case colIngestion:
		for i := range ids {
			ids[i].Ingestion = values[i]
		}
	case colRequest:
		for i := range ids {
			ids[i].Request = uint64(values[i])
		}
	case colIndex:
		for i := range ids {
			ids[i].Index = uint16(values[i])
		}
	}
}

// loadMessages decodes the messages.
func (p *pages) loadMessages() error {
	if len(p.ends) > 0 {
		return nil
	}
	if kept, ok := p.cache.Get(p.key(colMessage)).(*messages); ok {
		p.messages = *kept
		return nil
	}
	ends := room(p, &p.ownEnds, int(p.block.rows))
	text, err := p.column(ends, colMessage)
	if err != nil {
		return err
	}
	end := int64(0)
	for i, length := range ends {
		if length < 0 || length > int64(len(text))-end {
			return p.r.corrupt(p.block.page[colMessage].offset, "message %d has %d bytes", i, length)
		}
		end += length
		ends[i] = end
	}
	if end != int64(len(text)) {
		return p.r.corrupt(p.block.page[colMessage].offset, "messages have %d bytes of %d", end, len(text))
	}
	p.messages = messages{ends, text}
	if p.keep {
		p.cache.Add(p.key(colMessage), &messages{ends, text}, 8*len(ends)+p.block.page[colMessage].raw)
	}
	return nil
}

// within returns the rows of the block, from a to before b, that are the run's and lie in the span. It decodes ids only
// where the directory cannot tell.
func (p *pages) within(run *Run, s span, next *blockEntry) (a, b int, err error) {
	first, last := p.block.firstRow, p.block.firstRow+int64(p.block.rows)
	a = int(max(run.FirstRow, first) - first)
	b = int(min(run.FirstRow+run.Rows, last) - first)
	least := logs.MinEventID(run.FirstEvent)
	if run.FirstRow <= first {
		least = p.block.first
	}
	sooner := logs.MaxEventID(run.LastEvent).Less(s.to)
	if run.FirstRow+run.Rows > last && next != nil {
		sooner = !s.to.Less(next.first)
	}
	if a >= b || sooner && !least.Less(s.from) {
		return a, b, nil
	}
	if s.isOfTimes() && len(p.ids) == 0 {
		if err := p.loadTimes(); err != nil {
			return 0, 0, err
		}
		times := p.times[a:b]
		from, _ := slices.BinarySearch(times, s.from.Timestamp)
		to, _ := slices.BinarySearch(times, s.to.Timestamp)
		return a + from, a + to, nil
	}
	if err := p.loadIDs(); err != nil {
		return 0, 0, err
	}
	ids := p.ids[a:b]
	from := sort.Search(len(ids), func(i int) bool { return ids[i].Compare(s.from) >= 0 })
	to := from + sort.Search(len(ids)-from, func(i int) bool { return ids[from+i].Compare(s.to) >= 0 })
	return a + from, a + to, nil
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
