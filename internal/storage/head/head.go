// Package head keeps the events since the last flush in memory, queryable at once: for every stream the runs that
// requests brought, in order of arrival and in the encoded form that the write-ahead log has too, so that a run is one
// allocation however many events it holds. It knows no files, no catalog and no statistics.
//
// An encoded run (the payload of a log record; all numbers unsigned varints, times in epoch milliseconds):
//
//	+-------------+-------+--------+-----------+-------+---------------------------------------+
//	| version (1) | group | stream | ingestion | count | count × (Δ time, length, message)     |
//	| one byte    |       |        | time      |       | Δ to the event before, from 0 at first |
//	+-------------+-------+--------+-----------+-------+---------------------------------------+
//
// A Head is safe for concurrent use. Runs are immutable and a cursor works on the runs that were there when it was made,
// so cursors hold no lock and hold nobody up.
package head

import (
	"cmp"
	"slices"
	"sync"

	"tailrace/internal/logs"
)

// What one run and one stream cost beside their payload; estimates that make many small runs count for what they take.
const (
	runOverhead    = 160
	streamOverhead = 300
)

// Head is a set of runs by group and stream.
type Head struct {
	mu     sync.RWMutex
	groups map[logs.GroupID]*group
	sum    Summary
}

// Summary is what a head holds.
type Summary struct {
	Events  int64
	Bytes   int64  // sum of message bytes
	Size    int64  // estimate of the memory taken, in bytes
	Streams int    // streams with events
	First   uint64 // log position of the first run ever added, 0 if none
	Last    uint64 // log position of the last run ever added, 0 if none
}

type group struct {
	streams map[logs.StreamID]*stream
	bytes   int64
}

type stream struct {
	name  string
	runs  []Run
	first int64 // least event time
	last  int64
	size  int64
	bytes int64
	count int64
}

// New makes an empty head.
func New() *Head { return &Head{groups: map[logs.GroupID]*group{}} }

// Add takes in a run whose request number is its log position; positions grow from call to call. name is the stream's.
func (h *Head) Add(name string, run Run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.groups[run.Group]
	if g == nil {
		g = &group{streams: map[logs.StreamID]*stream{}}
		h.groups[run.Group] = g
	}
	s := g.streams[run.Stream]
	if s == nil {
		s = &stream{name: name, first: run.First, last: run.Last, size: streamOverhead + int64(len(name))}
		g.streams[run.Stream] = s
		h.sum.Streams++
		h.sum.Size += s.size
	}
	s.runs = append(s.runs, run)
	s.first, s.last = min(s.first, run.First), max(s.last, run.Last)
	size := int64(len(run.payload)) + runOverhead
	s.size += size
	s.bytes += run.Bytes
	s.count += int64(run.Count)
	g.bytes += run.Bytes
	h.sum.Size += size
	h.sum.Bytes += run.Bytes
	h.sum.Events += int64(run.Count)
	h.note(run.Request)
}

// Skip notes the log position of a record that is not to be kept (its stream is no more).
func (h *Head) Skip(position uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.note(position)
}

func (h *Head) note(position uint64) {
	if h.sum.First == 0 {
		h.sum.First = position
	}
	h.sum.Last = position
}

// Drop forgets a stream's events.
func (h *Head) Drop(id logs.GroupID, stream logs.StreamID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if g := h.groups[id]; g != nil {
		h.drop(g, stream)
	}
}

// DropGroup forgets a group's events.
func (h *Head) DropGroup(id logs.GroupID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.groups[id]
	if g == nil {
		return
	}
	for stream := range g.streams {
		h.drop(g, stream)
	}
	delete(h.groups, id)
}

func (h *Head) drop(g *group, id logs.StreamID) {
	s := g.streams[id]
	if s == nil {
		return
	}
	delete(g.streams, id)
	g.bytes -= s.bytes
	h.sum.Streams--
	h.sum.Size -= s.size
	h.sum.Bytes -= s.bytes
	h.sum.Events -= s.count
}

// Summary tells what the head holds now.
func (h *Head) Summary() Summary {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.sum
}

// GroupBytes is the sum of the message bytes of one group.
func (h *Head) GroupBytes(id logs.GroupID) int64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if g := h.groups[id]; g != nil {
		return g.bytes
	}
	return 0
}

// Stream is one stream of a head, as a flush writes it.
type Stream struct {
	Group  logs.GroupID
	ID     logs.StreamID
	Name   string
	Events int64
}

// Streams lists what the head holds, in order of group and stream.
func (h *Head) Streams() []Stream {
	h.mu.RLock()
	list := make([]Stream, 0, h.sum.Streams)
	for group, g := range h.groups {
		for id, s := range g.streams {
			list = append(list, Stream{Group: group, ID: id, Name: s.name, Events: s.count})
		}
	}
	h.mu.RUnlock()
	slices.SortFunc(list, func(a, b Stream) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.ID, b.ID))
	})
	return list
}
