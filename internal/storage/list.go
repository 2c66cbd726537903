package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// StreamPage is a page of a listing.
type StreamPage struct {
	Streams []catalog.Stream // statistics are of now
	// Next is where the next page begins (StreamQuery.After), nil at the end of the listing. In order of last events it
	// says where the last stream of the page stood when the walk began.
	Next *catalog.StreamCursor
	// Epoch goes with Next: the walk that the next page belongs to. 0 in order of names and at the end.
	Epoch uint64
}

// ListStreams returns a page of a group's streams. epoch is 0 for the first page and then StreamPage.Epoch of the page
// before. A walk over all pages gives each stream that was there throughout exactly once, whatever is written meanwhile.
// ErrWalkExpired.
func (e *Engine) ListStreams(ctx context.Context, q catalog.StreamQuery, epoch uint64) (StreamPage, error) {
	e.commitMu.RLock()
	defer e.commitMu.RUnlock()
	if q.Order == catalog.ByName {
		return e.listByName(ctx, q)
	}
	first := epoch == 0
	overlay, epoch, err := e.table.overlay(q, epoch)
	if err != nil {
		return StreamPage{}, err
	}
	page, err := e.listByLastEvent(ctx, q, overlay)
	if page.Next != nil {
		page.Epoch = epoch
	} else if first {
		e.table.endWalk(q.Group, epoch)
	}
	return page, err
}

func (t *table) endWalk(group logs.GroupID, epoch uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.walks.end(group, epoch)
}

func (e *Engine) listByName(ctx context.Context, q catalog.StreamQuery) (StreamPage, error) {
	limit := q.Limit
	q.Limit = limit + 1
	rows, err := e.rows(ctx, q)
	if err != nil {
		return StreamPage{}, fmt.Errorf("list streams: %w", err)
	}
	var page StreamPage
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = &catalog.StreamCursor{Name: rows[limit-1].Name}
	}
	page.Streams = e.table.refresh(rows)
	return page, nil
}

// refresh gives rows of the catalog the statistics of now and drops deleted ones.
func (t *table) refresh(rows []catalog.Stream) []catalog.Stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := rows[:0]
	for _, row := range rows {
		if t.isDropped(row.Group, row.ID) {
			continue
		}
		if known := t.byID[row.ID]; known != nil {
			row = known.stream
		}
		kept = append(kept, row)
	}
	return kept
}

// placed is a stream with its place in a listing by last event as of the walk's epoch.
type placed struct {
	catalog.StreamCursor
	id logs.StreamID
}

// overlay is what a page must know beside the catalog: the streams whose place in the catalog is not the one they have as
// of the walk's epoch, with the latter.
type overlay struct {
	streams map[logs.StreamID]bool
	page    []placed // the first of them after the cursor, in order
	more    bool     // there are others after these
}

// overlay begins or resumes a walk and snapshots what a page needs. While the caller holds commitMu's read lock, the
// catalog stays as the overlay expects.
func (t *table) overlay(q catalog.StreamQuery, epoch uint64) (overlay, uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if epoch == 0 {
		epoch = t.walks.begin(q.Group)
	} else if !t.walks.resume(q.Group, epoch) {
		return overlay{}, 0, ErrWalkExpired
	}
	o := overlay{streams: map[logs.StreamID]bool{}}
	take := func(p placed) {
		o.streams[p.id] = true
		if q.After == nil || comparePlaces(q, p.StreamCursor, *q.After) > 0 {
			o.page = append(o.page, p)
		}
	}
	tracks := t.walks.groups[q.Group].tracks
	for id, track := range tracks {
		if last, moved := track.asOf(epoch); moved {
			take(placed{catalog.StreamCursor{LastEvent: last, Name: track.name}, id})
		}
	}
	for id, e := range t.dirty[q.Group] {
		if !o.streams[id] {
			take(placed{catalog.StreamCursor{LastEvent: e.stream.Stats.LastEvent, Name: e.stream.Name}, id})
		}
	}
	all := len(o.page)
	o.page = leastPlaces(q, o.page)
	o.more = len(o.page) < all
	return o, epoch, nil
}

// leastPlaces sorts what can be on the page: the first limit + 1.
func leastPlaces(q catalog.StreamQuery, all []placed) []placed {
	most := q.Limit + 1
	order := func(a, b placed) int { return comparePlaces(q, a.StreamCursor, b.StreamCursor) }
	if len(all) > 4*most {
		kept := all[:0]
		for _, p := range all {
			if kept = append(kept, p); len(kept) >= 4*most {
				slices.SortFunc(kept, order)
				kept = kept[:most]
			}
		}
		all = kept
	}
	slices.SortFunc(all, order)
	return slices.Clone(all[:min(len(all), most)])
}

func comparePlaces(q catalog.StreamQuery, a, b catalog.StreamCursor) int {
	c := cmp.Or(cmp.Compare(a.LastEvent, b.LastEvent), strings.Compare(a.Name, b.Name))
	if q.Descending {
		return -c
	}
	return c
}

// listByLastEvent merges the catalog's rows that the overlay does not know with the overlay.
func (e *Engine) listByLastEvent(ctx context.Context, q catalog.StreamQuery, o overlay) (StreamPage, error) {
	rows := catalogRows{e: e, q: q, skip: o.streams, chunk: q.Limit + 1}
	var page StreamPage
	var last catalog.StreamCursor
	for {
		row, err := rows.peek(ctx)
		if err != nil {
			return StreamPage{}, fmt.Errorf("list streams: %w", err)
		}
		if row == nil && len(o.page) == 0 {
			return page, nil
		}
		if len(page.Streams) == q.Limit || len(o.page) == 0 && o.more {
			page.Next = &last
			return page, nil
		}
		var s catalog.Stream
		var found bool
		if row != nil && (len(o.page) == 0 || comparePlaces(q, placeOf(row), o.page[0].StreamCursor) < 0) {
			s, last = *row, placeOf(row)
			rows.pop()
			found = e.table.update(&s)
		} else {
			s, found, err = e.resolve(ctx, o.page[0])
			last, o.page = o.page[0].StreamCursor, o.page[1:]
		}
		if err != nil {
			return StreamPage{}, fmt.Errorf("list streams: %w", err)
		}
		if found {
			page.Streams = append(page.Streams, s)
		}
	}
}

func placeOf(s *catalog.Stream) catalog.StreamCursor {
	return catalog.StreamCursor{LastEvent: s.Stats.LastEvent, Name: s.Name}
}

// update gives a stream its statistics of now; false if it was deleted.
func (t *table) update(s *catalog.Stream) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.byID[s.ID]; known != nil {
		*s = known.stream
	}
	return !t.isDropped(s.Group, s.ID)
}

// resolve finds the stream of a place in an overlay; false if it was deleted meanwhile.
func (e *Engine) resolve(ctx context.Context, p placed) (catalog.Stream, bool, error) {
	e.table.mu.Lock()
	known := e.table.byID[p.id]
	if known != nil {
		s := known.stream
		e.table.mu.Unlock()
		return s, true, nil
	}
	e.table.mu.Unlock()
	s, err := e.o.Catalog.StreamByID(ctx, p.id)
	if errors.Is(err, catalog.ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

// catalogRows reads a listing of the catalog in chunks, without the streams to skip.
type catalogRows struct {
	e     *Engine
	q     catalog.StreamQuery
	skip  map[logs.StreamID]bool
	chunk int
	rows  []catalog.Stream
	end   bool
}

// peek is the next row, nil at the end.
func (r *catalogRows) peek(ctx context.Context) (*catalog.Stream, error) {
	for {
		for len(r.rows) > 0 {
			if !r.skip[r.rows[0].ID] {
				return &r.rows[0], nil
			}
			r.pop()
		}
		if r.end {
			return nil, nil
		}
		q := r.q
		q.Limit = r.chunk
		rows, err := r.e.rows(ctx, q)
		if err != nil {
			return nil, err
		}
		r.end = len(rows) < q.Limit
		if len(rows) > 0 {
			after := placeOf(&rows[len(rows)-1])
			r.q.After = &after
		}
		r.rows, r.chunk = rows, min(4*r.chunk, 4096)
	}
}

func (r *catalogRows) pop() { r.rows = r.rows[1:] }
