package storage

import (
	"cmp"
	"container/list"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// windows remembers the windows of passes from one page of a walk to the next: a page is a scan of its own, and would decode
// nearly all blocks of the page before again, one a stream. What it remembers is bounded, the least recently used goes first,
// and needs no clearing: segments do not change, and who uses a window looks at which streams were deleted.
type windows struct {
	most int // bytes

	mu     sync.Mutex
	list   *list.List // of *keptWindow; the front was used last
	size   int
	making int
}

const (
	// windowBytes is how many message bytes a window for several pages holds: eight pages.
	windowBytes = 8 << 20
	// maxMaking is how many such windows are made at a time.
	maxMaking = 2
	// maxWindows bounds their number, which find goes through.
	maxWindows = 256
	// pageRuns is how many streams a page reads with a cursor each; a window serves more of them better.
	pageRuns = 4
)

// windowKey says of which streams a window has the rows.
type windowKey struct {
	segment catalog.SegmentID
	group   logs.GroupID
	streams string
}

type keptWindow struct {
	windowKey
	*window
}

func newWindows(most int) *windows { return &windows{most: most, list: list.New()} }

// find returns a window that has all rows around an id; nil if there is none.
func (c *windows) find(key *windowKey, id logs.EventID) *window {
	if key == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.list.Front(); e != nil; e = e.Next() {
		if k := e.Value.(*keptWindow); k.windowKey == *key && !id.Less(k.lo) && !k.hi.Less(id) {
			c.list.MoveToFront(e)
			return k.window
		}
	}
	return nil
}

func (c *windows) add(key *windowKey, w *window) {
	if key == nil || w.size() > c.most {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list.PushFront(&keptWindow{*key, w})
	c.size += w.size()
	for c.size > c.most || c.list.Len() > maxWindows {
		c.size -= c.list.Remove(c.list.Back()).(*keptWindow).size()
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
func (s *Scanner) isPage() bool { return s.q.Limit > 0 && s.q.Match == nil && s.required == nil }

// isContinued tells whether there was a page before.
func (s *Scanner) isContinued() bool { return !s.q.After.IsZero() || !s.q.Before.IsZero() }

// streamsKey names the scan's choice of streams.
func (s *Scanner) streamsKey() string {
	if s.streams == nil {
		return s.q.StreamPrefix
	}
	ids := slices.Clone(s.q.Streams)
	slices.SortFunc(ids, func(a, b logs.StreamID) int { return cmp.Compare(a, b) })
	var key strings.Builder
	key.WriteString(s.q.StreamPrefix)
	key.WriteByte(0) // no name has it
	for _, id := range slices.Compact(ids) {
		key.Write(binary.BigEndian.AppendUint64(nil, uint64(id)))
	}
	return key.String()
}
