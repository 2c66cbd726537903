package storage

import (
	"context"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// Stream finds a stream by name, with exact statistics. catalog.ErrNotFound.
func (e *Engine) Stream(ctx context.Context, group logs.GroupID, name string) (catalog.Stream, error) {
	if s, ok := e.table.byStreamName(group, name); ok {
		return s, nil
	}
	e.commitMu.RLock()
	defer e.commitMu.RUnlock()
	s, err := e.o.Catalog.Stream(ctx, group, name)
	if err != nil {
		return catalog.Stream{}, fmt.Errorf("stream %q: %w", name, err)
	}
	return e.table.remember(s)
}

// byStreamName finds a stream that is remembered.
func (t *table) byStreamName(group logs.GroupID, name string) (catalog.Stream, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.byName[streamName{group, name}]
	if found == nil {
		return catalog.Stream{}, false
	}
	t.touch(found)
	return found.stream, true
}

// remember takes in a stream that the catalog gave under commitMu and returns it as it is now.
func (t *table) remember(s catalog.Stream) (catalog.Stream, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, err := t.add(s)
	if err != nil {
		return catalog.Stream{}, err
	}
	return known.stream, nil
}

// CreateStream adds a stream. catalog.ErrExists, catalog.ErrNotFound if there is no group.
func (e *Engine) CreateStream(ctx context.Context, s catalog.Stream) (catalog.Stream, error) {
	e.commitMu.RLock()
	defer e.commitMu.RUnlock()
	made, err := e.o.Catalog.CreateStream(ctx, s)
	e.listings.forget(s.Group)
	if err != nil {
		return catalog.Stream{}, fmt.Errorf("create stream %q: %w", s.Name, err)
	}
	return e.table.remember(made)
}

// DeleteStream removes a stream; its events are invisible when it returns, and their space comes back by and by.
// catalog.ErrNotFound.
func (e *Engine) DeleteStream(ctx context.Context, s catalog.Stream) error {
	err := e.deleted(ctx, e.o.Catalog.DeleteStream(ctx, s.ID), func(ctx context.Context) error {
		_, err := e.o.Catalog.StreamByID(ctx, s.ID)
		return err
	})
	e.listings.forget(s.Group)
	if err != nil {
		return fmt.Errorf("delete stream %q: %w", s.Name, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.table.drop(s.Group, s.ID)
	for _, h := range e.heads() {
		h.Drop(s.Group, s.ID)
	}
	return nil
}

// DeleteGroup removes a group with its streams and events. catalog.ErrNotFound.
func (e *Engine) DeleteGroup(ctx context.Context, id logs.GroupID) error {
	err := e.deleted(ctx, e.o.Catalog.DeleteGroup(ctx, id), func(ctx context.Context) error {
		_, err := e.o.Catalog.GroupByID(ctx, id)
		return err
	})
	e.listings.forget(id)
	if err != nil {
		return fmt.Errorf("delete group %d: %w", id, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.table.dropGroup(id)
	for _, h := range e.heads() {
		h.DropGroup(id)
	}
	return nil
}

// deleted is the outcome of a deletion: one that failed may have happened nevertheless, and what is appended to a stream that is
// no more would be acknowledged and lost.
func (e *Engine) deleted(ctx context.Context, err error, find func(context.Context) error) error {
	if err == nil || errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if unsure := e.overwrite(ctx); unsure != nil {
		err = errors.Join(err, unsure)
	}
	if errors.Is(find(ctx), catalog.ErrNotFound) {
		return nil
	}
	return err
}

// GroupBytes is the sum of the message bytes that are kept for a group.
func (e *Engine) GroupBytes(id logs.GroupID) int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	sum := e.bytes[id]
	for _, h := range e.heads() {
		sum += h.GroupBytes(id)
	}
	return sum
}

// updateChunk bounds the streams whose statistics are written at a time: listings and creations wait meanwhile, up to
// 0.15 ms a stream in a catalog of a million.
const updateChunk = 256

// writeStreams brings the catalog's statistics up to date without a flush.
func (e *Engine) writeStreams(ctx context.Context) error {
	for left := e.table.dirtyStreams(); left > 0; left -= updateChunk {
		if err := e.writeChunk(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) writeChunk(ctx context.Context) error {
	e.commitMu.Lock()
	defer e.commitMu.Unlock()
	updates, err := e.updates(updateChunk)
	if err != nil || len(updates) == 0 {
		return err
	}
	err = e.o.Catalog.UpdateStreams(ctx, updates)
	e.listings.forgetAll()
	if err != nil {
		return fmt.Errorf("write statistics of %d streams: %w", len(updates), err)
	}
	e.table.written(updates)
	return nil
}

// updates lists statistics that the catalog lacks. All that they count is durable: what a crash took back and they counted
// would never leave them, and batches that are given its positions would not be counted by replay.
func (e *Engine) updates(most int) ([]catalog.StreamUpdate, error) {
	list := e.table.updates(most)
	if len(list) == 0 {
		return nil, nil
	}
	return list, e.log.Sync()
}
