package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
)

// dirtyFactor times MaxDirtyStreams is where appends wait for statistics to be written.
const dirtyFactor = 4

// Append stores a batch and returns the id of its first event; the others follow by index. When it returns without an
// error the events are on stable storage and every later scan and listing sees them. It waits while flushes lag behind,
// until ctx ends. catalog.ErrNotFound if the stream was deleted, ErrUnavailable if the disk refuses; with any error no
// event is stored, but for a disk that also refuses to take back what it may have written (wal.ErrUncertain). Messages
// longer than segment.MaxMessage are segment.ErrMessage: no flush could ever write them.
func (e *Engine) Append(ctx context.Context, b Batch) (logs.EventID, error) {
	for i := range b.Events {
		if len(b.Events[i].Message) > segment.MaxMessage {
			return logs.EventID{}, fmt.Errorf("append: event %d: %w", i, segment.ErrMessage)
		}
	}
	run, err := head.Encode(b.Group, b.Stream.ID, b.Ingestion, b.Events)
	if err != nil {
		return logs.EventID{}, fmt.Errorf("append: %w", err)
	}
	if err := e.waitForRoom(ctx); err != nil {
		return logs.EventID{}, fmt.Errorf("append: %w", err)
	}
	stream, err := e.acquire(ctx, b.Group, b.Stream.ID)
	if err != nil {
		return logs.EventID{}, fmt.Errorf("append: %w", err)
	}
	defer e.table.release(stream)
	stored := false
	_, err = e.log.Append(ctx, run.Payload(), func(position uint64) {
		run.Request = position
		stored = e.apply(stream, run)
	})
	switch {
	case errors.Is(err, wal.ErrUnavailable):
		return logs.EventID{}, fmt.Errorf("append: %w: %w", ErrUnavailable, err)
	case err != nil:
		return logs.EventID{}, fmt.Errorf("append: %w", err)
	case !stored:
		return logs.EventID{}, fmt.Errorf("append: stream %q: %w", b.Stream.Name, catalog.ErrNotFound)
	}
	return run.Min(), nil
}

// apply makes a durable run visible; the log calls it in order of positions. False if the stream was deleted meanwhile.
func (e *Engine) apply(stream *entry, run head.Run) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.table.count(stream, &run, false) {
		e.active.Skip(run.Request)
		return false
	}
	e.add(stream.stream.Name, run)
	e.counters.batches.Add(1)
	e.counters.events.Add(int64(run.Count))
	e.counters.bytes.Add(run.Bytes)
	if e.table.dirtyStreams() == e.o.MaxDirtyStreams {
		e.wakeUp()
	}
	return true
}

// add puts a run into the head and freezes a head that is full. The caller holds mu.
func (e *Engine) add(name string, run head.Run) {
	if e.since.IsZero() {
		e.since = e.o.Now()
	}
	e.active.Add(name, run)
	if e.active.Summary().Size >= e.o.FlushBytes && len(e.frozen) < e.o.MaxFrozen {
		e.freeze()
		e.wakeUp()
	}
}

// freeze closes the active head to further runs and begins a new one. The caller holds mu.
func (e *Engine) freeze() {
	e.frozen = append(e.frozen, e.active)
	e.active, e.since = head.New(), time.Time{}
}

// heads are all heads, oldest first. The caller holds mu, and so do the heads' members stay.
func (e *Engine) heads() []*head.Head {
	return append(append(make([]*head.Head, 0, len(e.frozen)+1), e.frozen...), e.active)
}

// waitForRoom waits while the active head is full and cannot be frozen, too many statistics are unwritten, or merges are
// far behind. If the
// reason is that flushing fails, it is ErrUnavailable at once.
func (e *Engine) waitForRoom(ctx context.Context) error {
	for {
		e.mu.RLock()
		full := e.active.Summary().Size >= e.o.FlushBytes && len(e.frozen) >= e.o.MaxFrozen ||
			e.table.dirtyStreams() >= dirtyFactor*e.o.MaxDirtyStreams || e.isBehind()
		room, flushErr, closed := e.room, e.flushErr, e.closed
		e.mu.RUnlock()
		switch {
		case closed:
			return fmt.Errorf("%w: closed", ErrUnavailable)
		case !full:
			return nil
		case flushErr != nil:
			return fmt.Errorf("%w: %w", ErrUnavailable, flushErr)
		}
		e.wakeUp()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-room:
		}
	}
}

// wakeUp calls the background worker.
func (e *Engine) wakeUp() { call(e.kick) }

func call(worker chan<- struct{}) {
	select {
	case worker <- struct{}{}:
	default:
	}
}

// signalRoom lets appends that wait look again. The caller holds mu.
func (e *Engine) signalRoom() {
	close(e.room)
	e.room = make(chan struct{})
}
