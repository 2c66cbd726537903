package storage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/wal"
)

// Recovery says what Open found.
type Recovery struct {
	WAL       wal.Recovery
	Events    int64 // events replayed into the head
	Forgotten int64 // replayed batches of streams that are no more
	Orphans   int   // files of unfinished flushes and rewrites that were removed
	Duration  time.Duration
}

// recover brings memory to where the catalog, the segments and the log are.
func (e *Engine) recover(ctx context.Context) error {
	start := e.o.Now()
	segments, flushed, err := e.o.Catalog.LiveSegments(ctx)
	if err != nil {
		return fmt.Errorf("live segments: %w", err)
	}
	if err := e.recoverDeleted(ctx, segments); err != nil {
		return err
	}
	long := start.Add(-e.o.ReclaimAge) // what is deleted in them may be so for that long
	for _, s := range segments {
		e.addLive(&live{meta: s, deleted: long})
	}
	e.checkFiles(segments)
	e.clearFiles(ctx, segments)
	o := e.o.WAL
	o.FS, o.Dir = e.o.FS, path.Join(e.o.Dir, LogDir)
	if o.Now == nil {
		o.Now = e.o.Now
	}
	if o.Logger == nil {
		o.Logger = e.o.Logger
	}
	e.log, e.recovery.WAL, err = wal.Open(o, flushed, func(position uint64, payload []byte) error {
		return e.replay(ctx, position, payload)
	})
	if err != nil {
		return err
	}
	for _, d := range e.recovery.WAL.Damaged {
		e.damage.note(d.File, fmt.Sprintf("log file, %d records lost", d.Lost))
	}
	if err := e.log.Cut(flushed); err != nil {
		e.o.Logger.Warn("cut the log", "error", err)
	}
	e.recovery.Duration = e.o.Now().Sub(start)
	return nil
}

// recoverDeleted learns which groups and streams are no more though events of theirs may lie in segments.
func (e *Engine) recoverDeleted(ctx context.Context, segments []catalog.Segment) error {
	dropped, err := e.o.Catalog.DroppedStreams(ctx)
	if err != nil {
		return fmt.Errorf("dropped streams: %w", err)
	}
	for stream, group := range dropped {
		e.table.dropped.add(group, stream)
	}
	groups, err := e.o.Catalog.AllGroups(ctx)
	if err != nil {
		return fmt.Errorf("all groups: %w", err)
	}
	known := map[logs.GroupID]bool{}
	for i := range groups {
		known[groups[i].ID] = true
	}
	for i := range segments {
		for _, g := range segments[i].Groups {
			if !known[g.Group] {
				e.table.droppedGroups[g.Group] = true
			}
		}
	}
	return nil
}

// checkFiles reports live segments whose files are missing or of the wrong size.
func (e *Engine) checkFiles(segments []catalog.Segment) {
	for i := range segments {
		info, err := e.o.FS.Stat(e.readers.path(segments[i].Object))
		switch {
		case err != nil:
			e.broken(e.live[segments[i].ID], err)
		case info.Size() != segments[i].Size:
			e.broken(e.live[segments[i].ID], fmt.Errorf("%d bytes, want %d", info.Size(), segments[i].Size))
		}
	}
}

// replay puts a record of the log back into the head. MaxFrozen does not count here: what does not fit one head is frozen,
// and flushed after the start.
func (e *Engine) replay(ctx context.Context, position uint64, payload []byte) error {
	run, err := head.Decode(payload)
	switch {
	case errors.Is(err, head.ErrVersion):
		return fmt.Errorf("record %d: %w", position, err)
	case err != nil:
		e.damage.note(fmt.Sprintf("record %d", position), err.Error())
		e.o.Logger.Error("log record is damaged", "position", position, "error", err)
		e.active.Skip(position)
		return nil
	}
	run.Request = position
	stream, err := e.acquire(ctx, run.Group, run.Stream)
	if errors.Is(err, catalog.ErrNotFound) {
		e.recovery.Forgotten++
		e.active.Skip(position)
		return nil
	} else if err != nil {
		return err
	}
	defer e.table.release(stream)
	e.table.count(stream, &run, true)
	e.recovery.Events += int64(run.Count)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.add(stream.stream.Name, run)
	if e.active.Summary().Size >= e.o.FlushBytes {
		e.freeze()
	}
	return nil
}
