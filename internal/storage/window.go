package storage

import (
	"encoding/binary"
	"slices"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
)

// windows finds the windows of passes again from one page of a walk to the next: a page is a scan of its own, and would decode
// nearly all blocks of the page before again, one a stream. The windows themselves are in the cache of decoded pages, which
// bounds them. They need no clearing: segments do not change, and who uses a window looks at which streams were deleted.
type windows struct {
	cache *cache.Cache

	mu     sync.Mutex
	places map[windowKey][]windowPlace
	next   int64 // number of the next window
	count  int   // of places
	making int
}

const (
	// windowBytes is how many message bytes a window for several pages holds: eight pages.
	windowBytes = 8 << 20
	// maxMaking is how many such windows are made at a time.
	maxMaking = 2
	// maxWindows bounds how many are remembered, whether the cache still has them or not.
	maxWindows = 256
	// pageRunBytes is what a block that a page reads takes in the cache as a rule. As many streams as a quarter of the
	// cache has room for are read with a cursor each; a window serves more of them better.
	pageRunBytes = 320 << 10
)

// windowKey says of which streams a window has the rows.
type windowKey struct {
	segment catalog.SegmentID
	group   logs.GroupID
	prefix  string // of their names
	streams string // their ids; empty: all
}

// windowPlace is a window that was made.
type windowPlace struct {
	lo, hi logs.EventID
	number int64
}

func newWindows(c *cache.Cache) *windows {
	return &windows{cache: c, places: map[windowKey][]windowPlace{}}
}

func (p windowPlace) in(key *windowKey) cache.Key {
	return cache.Key{Segment: uint64(key.segment), Kind: cache.Window, Place: p.number}
}

// find returns a window that has all rows around an id; nil if there is none.
func (c *windows) find(key *windowKey, id logs.EventID) *window {
	if key == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.places[*key] {
		if id.Less(p.lo) || p.hi.Less(id) {
			continue
		}
		if w, ok := c.cache.Get(p.in(key)).(*window); ok {
			return w
		}
	}
	return nil
}

func (c *windows) add(key *windowKey, w *window) {
	if key == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count >= maxWindows {
		c.prune()
	}
	p := windowPlace{w.lo, w.hi, c.next}
	c.next++
	c.count++
	c.places[*key] = append(c.places[*key], p)
	c.cache.Add(p.in(key), w, w.size())
}

// prune forgets what the cache does not have any more; all, if that is little. The caller holds mu.
func (c *windows) prune() {
	c.count = 0
	for key, places := range c.places {
		places = slices.DeleteFunc(places, func(p windowPlace) bool { return c.cache.Get(p.in(&key)) == nil })
		if c.places[key] = places; len(places) == 0 {
			delete(c.places, key)
		}
		c.count += len(places)
	}
	if c.count > maxWindows/2 {
		clear(c.places)
		c.count = 0
	}
}

// begin says whether another large window may be made now; if so, end is to be called.
func (c *windows) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.making >= maxMaking {
		return false
	}
	c.making++
	return true
}

func (c *windows) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.making--
}

// isPage tells whether the scan is a page of a walk over everything: what it reads is what the next page would read.
func (s *Scanner) isPage() bool {
	return s.q.Limit > 0 && s.q.Match == nil && s.required == nil && len(s.q.Where) == 0
}

// isContinued tells whether there was a page before.
func (s *Scanner) isContinued() bool { return !s.q.After.IsZero() || !s.q.Before.IsZero() }

// windowKey says of which rows of a segment the scan makes windows.
func (s *Scanner) windowKey(l *live) *windowKey {
	key := &windowKey{segment: l.meta.ID, group: s.q.Group, prefix: s.q.StreamPrefix}
	var ids []byte
	for _, id := range s.q.Streams { // in ascending order
		ids = binary.BigEndian.AppendUint64(ids, uint64(id))
	}
	key.streams = string(ids)
	return key
}
