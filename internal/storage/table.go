package storage

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
)

// table is what the engine remembers of streams: the exact statistics of every stream that the catalog does not have the
// latest of (dirty), and a bounded number of others, least recently used first out. It also knows what was deleted.
type table struct {
	mu      sync.Mutex
	byID    map[logs.StreamID]*entry
	byName  map[streamName]*entry
	clean   *list.List // of *entry: neither dirty nor pinned; the front was used last
	keep    int        // most of clean
	dirty   map[logs.GroupID]map[logs.StreamID]*entry
	dirties int
	walks   *walks

	dropped       dropped               // deleted, and events may still lie in segments
	droppedGroups map[logs.GroupID]bool // deleted, and events may still lie in segments
}

type streamName struct {
	group logs.GroupID
	name  string
}

// entry is one stream. It is pinned while an append is on its way.
type entry struct {
	stream catalog.Stream
	pins   int
	dirty  bool
	gone   bool          // the stream was deleted: appends that hold a pin find out, however late they come
	place  *list.Element // in clean; nil: not there
}

func newTable(keep int, w *walks) *table {
	return &table{
		byID: map[logs.StreamID]*entry{}, byName: map[streamName]*entry{}, clean: list.New(), keep: keep,
		dirty: map[logs.GroupID]map[logs.StreamID]*entry{}, walks: w,
		dropped: dropped{}, droppedGroups: map[logs.GroupID]bool{},
	}
}

// isDropped tells whether a stream or its group was deleted. The caller holds mu.
func (t *table) isDropped(group logs.GroupID, stream logs.StreamID) bool {
	if t.droppedGroups[group] {
		return true
	}
	return t.dropped.has(group, stream)
}

// add remembers a stream as the catalog has it, unless it is known, and returns what is known. ErrNotFound if it was
// deleted meanwhile. The caller holds mu.
func (t *table) add(s catalog.Stream) (*entry, error) {
	if t.isDropped(s.Group, s.ID) {
		return nil, catalog.ErrNotFound
	}
	if e := t.byID[s.ID]; e != nil {
		t.touch(e)
		return e, nil
	}
	e := &entry{stream: s}
	t.byID[s.ID] = e
	t.byName[streamName{s.Group, s.Name}] = e
	t.settle(e)
	return e, nil
}

func (t *table) touch(e *entry) {
	if e.place != nil {
		t.clean.MoveToFront(e.place)
	}
}

// settle puts an entry among the clean, or takes it from there, as its state says; it keeps clean bounded. The caller
// holds mu.
func (t *table) settle(e *entry) {
	idle := !e.dirty && e.pins == 0
	switch {
	case idle && e.place == nil:
		e.place = t.clean.PushFront(e)
	case !idle && e.place != nil:
		t.clean.Remove(e.place)
		e.place = nil
	}
	for t.clean.Len() > t.keep {
		t.remove(t.clean.Back().Value.(*entry))
	}
}

func (t *table) remove(e *entry) {
	if e.place != nil {
		t.clean.Remove(e.place)
		e.place = nil
	}
	delete(t.byID, e.stream.ID)
	if name := (streamName{e.stream.Group, e.stream.Name}); t.byName[name] == e {
		delete(t.byName, name)
	}
	if e.dirty {
		t.setClean(e)
	}
}

func (t *table) setClean(e *entry) {
	e.dirty = false
	t.dirties--
	members := t.dirty[e.stream.Group]
	delete(members, e.stream.ID)
	if len(members) == 0 {
		delete(t.dirty, e.stream.Group)
	}
}

func (t *table) setDirty(e *entry) {
	if e.dirty {
		return
	}
	e.dirty = true
	t.dirties++
	members := t.dirty[e.stream.Group]
	if members == nil {
		members = map[logs.StreamID]*entry{}
		t.dirty[e.stream.Group] = members
	}
	members[e.stream.ID] = e
}

// count adds a run to its stream's statistics; false if the stream was deleted. A run that is replayed is not added to
// statistics that hold it already.
func (t *table) count(e *entry, run *head.Run, replayed bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.gone {
		return false
	}
	s := &e.stream.Stats
	if replayed && run.Request <= s.Sequence {
		return true
	}
	last := s.LastEvent
	if s.Events == 0 || run.First < s.FirstEvent {
		s.FirstEvent = run.First
	}
	s.LastEvent = max(s.LastEvent, run.Last)
	s.LastIngestion = max(s.LastIngestion, run.Ingestion)
	s.Events += int64(run.Count)
	s.Bytes += run.Bytes
	s.Sequence = run.Request
	t.setDirty(e)
	t.settle(e)
	if s.LastEvent != last {
		t.walks.moved(&e.stream, last)
	}
	return true
}

// release undoes a pin.
func (t *table) release(e *entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.pins--
	if t.byID[e.stream.ID] == e {
		t.settle(e)
	}
}

// dirtyStreams is how many streams wait for their statistics to be written.
func (t *table) dirtyStreams() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dirties
}

// updates lists statistics that the catalog lacks, of so many streams at most.
func (t *table) updates(most int) []catalog.StreamUpdate {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]catalog.StreamUpdate, 0, min(most, t.dirties))
	for _, members := range t.dirty {
		for id, e := range members {
			if len(list) == most {
				return list
			}
			list = append(list, catalog.StreamUpdate{ID: id, Stats: e.stream.Stats})
		}
	}
	return list
}

// written notes that the catalog has these statistics now.
func (t *table) written(list []catalog.StreamUpdate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range list {
		e := t.byID[list[i].ID]
		if e != nil && e.dirty && e.stream.Stats.Sequence == list[i].Stats.Sequence {
			t.setClean(e)
			t.settle(e)
		}
	}
}

// drop forgets a deleted stream.
func (t *table) drop(group logs.GroupID, id logs.StreamID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropped.add(group, id)
	if e := t.byID[id]; e != nil {
		e.gone = true
		t.remove(e)
	}
	t.walks.drop(group, id)
}

// dropGroup forgets a deleted group's streams.
func (t *table) dropGroup(id logs.GroupID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.droppedGroups[id] = true
	for _, e := range t.byID {
		if e.stream.Group == id {
			e.gone = true
			t.remove(e)
		}
	}
	t.walks.dropGroup(id)
}

// acquire finds a stream by id and pins it. It asks the catalog under commitMu's read lock: so no statistics are written,
// and no entry leaves that has newer ones, between the answer and the entry.
func (e *Engine) acquire(ctx context.Context, group logs.GroupID, id logs.StreamID) (*entry, error) {
	if found, err := e.table.pin(group, id); found != nil || err != nil {
		return found, err
	}
	e.commitMu.RLock()
	defer e.commitMu.RUnlock()
	s, err := e.o.Catalog.StreamByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("stream %d: %w", id, err)
	}
	if s.Group != group {
		return nil, fmt.Errorf("stream %d of group %d: %w", id, group, catalog.ErrNotFound)
	}
	t := e.table
	t.mu.Lock()
	defer t.mu.Unlock()
	added, err := t.add(s)
	if err != nil {
		return nil, err
	}
	added.pins++
	t.settle(added)
	return added, nil
}

// pin finds and pins a stream that is remembered; nil if it is not.
func (t *table) pin(group logs.GroupID, id logs.StreamID) (*entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.isDropped(group, id) {
		return nil, catalog.ErrNotFound
	}
	e := t.byID[id]
	if e == nil {
		return nil, nil
	}
	if e.stream.Group != group {
		return nil, catalog.ErrNotFound
	}
	e.pins++
	t.settle(e)
	return e, nil
}
