package storage

import (
	"container/list"
	"context"
	"slices"
	"sort"
	"strings"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// listings remembers rows of the catalog that listings began with: the next page of a walk was read ahead, and the next
// walk asks the catalog for nothing. Only listings that were read from their beginning are kept, so places far inside a
// large one cost what they cost the catalog. Every change of the catalog's streams forgets what it may have changed before
// the change is acknowledged, and rows that were read while one was made are not kept. It is safe for concurrent use.
type listings struct {
	most int // bytes

	mu      sync.Mutex
	all     map[listingKey]*list.Element
	recent  *list.List // of *listing; the front was used last
	size    int        // bytes
	changes uint64
}

// listingKey is a listing without its place.
type listingKey struct {
	group      logs.GroupID
	prefix     string
	order      catalog.StreamOrder
	descending bool
}

// listing is the first rows of a listing, in pieces that do not change.
type listing struct {
	key   listingKey
	rows  [][]catalog.Stream
	count int
	size  int  // bytes
	end   bool // there are no others
}

const (
	// maxReadAhead is how many rows are read at a time for a walk.
	maxReadAhead = 512
	// listedBytes is what a row takes beside its name.
	listedBytes = 104
	// listingBytes is what a listing takes beside its rows and its prefix.
	listingBytes = 320
)

func newListings(most int) *listings {
	return &listings{most: most, all: map[listingKey]*list.Element{}, recent: list.New()}
}

func keyOf(q *catalog.StreamQuery) listingKey {
	return listingKey{q.Group, q.Prefix, q.Order, q.Descending}
}

// rows gives a page of the catalog. The caller holds commitMu's read lock, and may change the rows.
func (e *Engine) rows(ctx context.Context, q catalog.StreamQuery) ([]catalog.Stream, error) {
	page, ahead, changes := e.listings.find(&q)
	if len(page) == q.Limit || ahead == 0 {
		return page, nil
	}
	rest := q
	rest.Limit = max(q.Limit-len(page), ahead)
	if n := len(page); n > 0 {
		rest.After = new(placeOf(&page[n-1]))
	}
	rows, err := e.o.Catalog.ListStreams(ctx, rest)
	if err != nil {
		return nil, err
	}
	e.listings.extend(&rest, rows, changes)
	return append(page, rows[:min(len(rows), q.Limit-len(page))]...), nil
}

// find gives what is known of a page; how many rows to read behind that, 0 if there are none; and the changes so far.
func (c *listings) find(q *catalog.StreamQuery) (page []catalog.Stream, ahead int, changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead = q.Limit
	e := c.all[keyOf(q)]
	if e == nil {
		return nil, ahead, c.changes
	}
	l := e.Value.(*listing)
	page, inside := l.page(q)
	if !inside {
		return nil, ahead, c.changes
	}
	c.recent.MoveToFront(e)
	switch {
	case l.end:
		ahead = 0
	case q.After != nil:
		ahead = min(max(ahead, l.count), maxReadAhead)
	}
	return page, ahead, c.changes
}

// page copies the rows behind q.After, as far as they are known; inside is false if the rows behind them are not the page's.
func (l *listing) page(q *catalog.StreamQuery) (page []catalog.Stream, inside bool) {
	at, from := 0, 0
	if q.After != nil {
		behind := func(s *catalog.Stream) bool { return compareStreams(q, placeOf(s), *q.After) > 0 }
		at = sort.Search(len(l.rows), func(i int) bool { return behind(&l.rows[i][len(l.rows[i])-1]) })
		if at < len(l.rows) {
			from = sort.Search(len(l.rows[at]), func(i int) bool { return behind(&l.rows[at][i]) })
		} else if last := l.last(); last == nil || compareStreams(q, placeOf(last), *q.After) != 0 {
			return nil, l.end
		}
	}
	page = make([]catalog.Stream, 0, q.Limit)
	for ; at < len(l.rows) && len(page) < q.Limit; at, from = at+1, 0 {
		rows := l.rows[at][from:]
		page = append(page, rows[:min(len(rows), q.Limit-len(page))]...)
	}
	return page, true
}

func (l *listing) last() *catalog.Stream {
	if len(l.rows) == 0 {
		return nil
	}
	rows := l.rows[len(l.rows)-1]
	return &rows[len(rows)-1]
}

// compareStreams is the order of a listing.
func compareStreams(q *catalog.StreamQuery, a, b catalog.StreamCursor) int {
	if q.Order == catalog.ByName {
		a.LastEvent, b.LastEvent = 0, 0
	}
	return comparePlaces(*q, a, b)
}

// extend takes in rows that were read for q, which begins the listing or goes on where it ends.
func (c *listings) extend(q *catalog.StreamQuery, rows []catalog.Stream, changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return
	}
	e := c.all[keyOf(q)]
	if e == nil {
		if q.After != nil {
			return
		}
		l := &listing{key: keyOf(q), size: listingBytes + len(q.Prefix)}
		e = c.recent.PushFront(l)
		c.all[l.key] = e
		c.size += l.size
	}
	l := e.Value.(*listing)
	if l.goesOn(q) && l.size < c.most/2 {
		c.size += l.add(q, rows)
	}
	for c.size > c.most {
		c.remove(c.recent.Back())
	}
}

// goesOn tells whether the rows of q are those behind the ones that are known.
func (l *listing) goesOn(q *catalog.StreamQuery) bool {
	last := l.last()
	if q.After == nil || last == nil {
		return q.After == nil && last == nil
	}
	return compareStreams(q, placeOf(last), *q.After) == 0
}

func (l *listing) add(q *catalog.StreamQuery, rows []catalog.Stream) (size int) {
	l.end = len(rows) < q.Limit
	if len(rows) == 0 {
		return 0
	}
	for i := range rows {
		size += listedBytes + len(rows[i].Name)
	}
	l.rows = append(l.rows, compactNames(rows))
	l.count += len(rows)
	l.size += size
	return size
}

// compactNames copies rows with their names in one piece: a hundred thousand texts are work for the collector.
func compactNames(rows []catalog.Stream) []catalog.Stream {
	var names strings.Builder
	for i := range rows {
		names.WriteString(rows[i].Name)
	}
	rows, rest := slices.Clone(rows), names.String()
	for i := range rows {
		n := len(rows[i].Name)
		rows[i].Name, rest = rest[:n], rest[n:]
	}
	return rows
}

func (c *listings) remove(e *list.Element) {
	l := c.recent.Remove(e).(*listing)
	delete(c.all, l.key)
	c.size -= l.size
}

// forget drops the listings of a group, after its streams changed or may have.
func (c *listings) forget(group logs.GroupID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for key, e := range c.all {
		if key.group == group {
			c.remove(e)
		}
	}
}

// forgetAll drops all listings, after statistics were written.
func (c *listings) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	c.size = 0
	clear(c.all)
	c.recent.Init()
}
