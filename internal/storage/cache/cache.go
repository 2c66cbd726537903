// Package cache keeps what was decoded of segments, within a bound of bytes: what was not used for the longest time goes
// first. Segments do not change, so nothing in it grows old; values are immutable, and who got one may keep it for as long
// as it likes. It decides nothing about what is worth keeping: who reads all of a segment to look for something adds
// nothing, lest it throws out what others come back to.
package cache

import (
	"container/list"
	"sync"
)

// Key names a value.
type Key struct {
	Segment uint64
	Kind    Kind
	Place   int64 // in the segment: which one of the kind
}

// Kind is what a value is.
type Kind uint8

// Kinds of values: decoded pages by their offset in the file, windows and findings by a number, filters by their first block.
const (
	Page Kind = iota
	Window
	Finding
	Filter
)

// overhead is what an entry takes beside its value, in bytes.
const overhead = 200

// Cache is a bounded map. It is safe for concurrent use; a nil Cache keeps nothing.
type Cache struct {
	most int

	mu     sync.Mutex
	all    map[Key]*list.Element
	recent *list.List // of *entry; the front was used last
	size   int
	stats  Stats
}

type entry struct {
	key   Key
	value any
	size  int
}

// Stats tells what a cache holds and how it is used.
type Stats struct {
	Bytes, Entries int
	Hits, Misses   int64
}

// New makes a cache of at most so many bytes.
func New(most int) *Cache {
	return &Cache{most: most, all: map[Key]*list.Element{}, recent: list.New()}
}

// Get finds a value, nil if it is not there.
func (c *Cache) Get(key Key) any {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.all[key]
	if e == nil {
		c.stats.Misses++
		return nil
	}
	c.stats.Hits++
	c.recent.MoveToFront(e)
	return e.Value.(*entry).value
}

// Add keeps a value of so many bytes, unless that is more than a quarter of the bound.
func (c *Cache) Add(key Key, value any, size int) {
	if c == nil || size > c.most/4 {
		return
	}
	size += overhead
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.all[key]; e != nil {
		c.remove(e)
	}
	c.all[key] = c.recent.PushFront(&entry{key, value, size})
	for c.size += size; c.size > c.most; {
		c.remove(c.recent.Back())
	}
}

func (c *Cache) remove(e *list.Element) {
	x := c.recent.Remove(e).(*entry)
	delete(c.all, x.key)
	c.size -= x.size
}

// Stats takes a snapshot.
func (c *Cache) Stats() Stats {
	if c == nil {
		return Stats{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Bytes, s.Entries = c.size, len(c.all)
	return s
}
