package storage

import (
	"context"
	"errors"
	"fmt"
	"path"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
	"tailrace/internal/storage/head"
	"tailrace/internal/vfs"
)

// Open opens the store in a directory, makes it if needed, and recovers what a crash left: damage is reported (Stats,
// Options.Logger) and the rest is served. vfs.ErrLocked if another process has the directory open. ctx bounds the opening
// alone.
func Open(ctx context.Context, o Options) (*Engine, error) {
	o = o.withDefaults()
	pages := cache.New(o.PageBytes)
	e := &Engine{
		o: o, active: head.New(),
		table:    newTable(o.MaxCachedStreams, newWalks(o.WalkBytes, o.Now)),
		readers:  newReaders(o, pages),
		windows:  newWindows(pages),
		listings: newListings(o.ListBytes),
		live:     map[catalog.SegmentID]*live{},
		bytes:    map[logs.GroupID]int64{},
		room:     make(chan struct{}),
		kick:     make(chan struct{}, 1),
		merging:  make(chan struct{}, 1),
	}
	if err := e.open(ctx); err != nil {
		return nil, fmt.Errorf("open store %s: %w", o.Dir, err)
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	if !o.Manual {
		e.startWork(work)
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) error {
	if err := e.makeDirs(); err != nil {
		return err
	}
	unlock, err := e.o.FS.Lock(path.Join(e.o.Dir, LockFile))
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("another server uses this directory: %w", err)
	} else if err != nil {
		return err
	}
	e.unlock = unlock
	if err := e.recover(ctx); err != nil {
		unlock.Close()
		return err
	}
	return nil
}

// makeDirs makes the directories, and their names durable: those that are there too, which may have been made right before
// a process ended. A full disk does not matter if they are there.
func (e *Engine) makeDirs() error {
	for _, dir := range []string{e.o.Dir, e.readers.dir} {
		if _, err := e.o.FS.Stat(dir); err != nil {
			if err := e.o.FS.MkdirAll(dir); err != nil {
				return err
			}
		}
		if err := e.o.FS.SyncDir(path.Dir(dir)); err != nil {
			return err
		}
	}
	return nil
}

// Close refuses further writes, waits for those on their way, flushes, and releases the directory. Scans that are open go
// on. An error says that the flush failed: what was acknowledged is in the log, and the next Open replays it.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.signalRoom()
	e.mu.Unlock()
	e.stop()
	e.stopped.Wait()
	err := e.log.Close()
	ctx := context.Background()
	err = errors.Join(err, e.Flush(ctx), e.writeStreams(ctx))
	e.readers.close()
	if err = errors.Join(err, e.unlock.Close()); err != nil {
		return fmt.Errorf("close store %s: %w", e.o.Dir, err)
	}
	return nil
}

// Options are those that the engine runs with, defaults filled in.
func (e *Engine) Options() Options { return e.o }
