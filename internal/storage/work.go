package storage

import (
	"context"
	"time"
)

const (
	minBackOff = 100 * time.Millisecond
	maxBackOff = 10 * time.Second
	maxTick    = 5 * time.Second
)

// work is the background worker: it flushes full and old heads, writes statistics, and reclaims. After a failure it waits,
// longer each time.
func (e *Engine) work(ctx context.Context) {
	tick := min(maxTick, e.o.FlushAge/4, e.o.ReclaimEvery/4)
	timer := time.NewTimer(tick)
	defer timer.Stop()
	backOff := minBackOff
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.kick:
		case <-timer.C:
		}
		next := tick
		if err := e.maintain(ctx); err != nil && ctx.Err() == nil {
			e.o.Logger.Error("storage: background work", "error", err, "again_in", backOff)
			select {
			case <-ctx.Done():
				return
			case <-time.After(backOff):
			}
			next, backOff = 0, min(2*backOff, maxBackOff)
		} else {
			backOff = minBackOff
		}
		timer.Reset(next)
	}
}

// maintain does what is due.
func (e *Engine) maintain(ctx context.Context) error {
	if err := e.flushDue(ctx); err != nil {
		return err
	}
	if e.table.dirtyStreams() >= e.o.MaxDirtyStreams {
		if err := e.writeDue(ctx); err != nil {
			return err
		}
	}
	now := e.o.Now()
	if now.Sub(e.reclaimed) < e.o.ReclaimEvery {
		return nil
	}
	e.reclaimed = now
	e.table.expireWalks()
	return e.Reclaim(ctx)
}

// flushDue flushes frozen heads, and the active one if it is old.
func (e *Engine) flushDue(ctx context.Context) error {
	e.flushMu.Lock()
	defer e.flushMu.Unlock()
	e.mu.Lock()
	if age := e.o.Now().UnixMilli() - e.since; e.since != 0 && age >= e.o.FlushAge.Milliseconds() && len(e.frozen) < e.o.MaxFrozen {
		e.freeze()
	}
	e.mu.Unlock()
	return e.flushFrozen(ctx)
}

// writeDue writes statistics and lets appends go on that waited for it.
func (e *Engine) writeDue(ctx context.Context) error {
	err := e.writeStreams(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.flushErr = err
	}
	e.signalRoom()
	return err
}

func (t *table) expireWalks() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.walks.expire()
}
