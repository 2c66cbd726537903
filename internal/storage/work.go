package storage

import (
	"context"
	"time"
)

const (
	minBackOff = 100 * time.Millisecond
	maxBackOff = 10 * time.Second
	maxTick    = 5 * time.Second
	// mergeTick is how often merges are looked for that no flush asks for.
	mergeTick = time.Minute
	// maxMergeBackOff is longer than maxBackOff: what a merge wrote before it failed is lost.
	maxMergeBackOff = 5 * time.Minute
)

// startWork begins the background work. Merging and reclaiming have goroutines of their own: they may take minutes, and
// appends wait for flushes.
func (e *Engine) startWork(ctx context.Context) {
	e.stopped.Go(func() { e.repeat(ctx, min(maxTick, e.o.FlushAge/4), maxBackOff, e.kick, e.maintain) })
	e.stopped.Go(func() { e.repeat(ctx, mergeTick, maxMergeBackOff, e.merging, e.compact) })
	e.stopped.Go(func() { e.repeat(ctx, e.o.ReclaimEvery, maxBackOff, nil, e.reclaim) })
	e.stopped.Go(func() { e.warm(ctx) })
	if e.o.ScrubRate > 0 {
		e.stopped.Go(func() { e.repeat(ctx, scrubTick, maxBackOff, nil, e.scrub) })
	}
}

// repeat calls do at once, each tick, and when kick asks for it, until ctx ends. After a failure it waits, longer each time.
func (e *Engine) repeat(ctx context.Context, tick, maxBackOff time.Duration, kick <-chan struct{}, do func(context.Context) error) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	backOff := minBackOff
	for {
		select {
		case <-ctx.Done():
			return
		case <-kick:
		case <-timer.C:
		}
		next := tick
		if err := do(ctx); err != nil && ctx.Err() == nil {
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

// maintain flushes full and old heads, and writes statistics when there are many.
func (e *Engine) maintain(ctx context.Context) error {
	if err := e.flushDue(ctx); err != nil {
		return err
	}
	if e.table.dirtyStreams() < e.o.MaxDirtyStreams {
		return nil
	}
	return e.writeDue(ctx)
}

// compact makes the merges that are due, and lets appends go on that waited for them.
func (e *Engine) compact(ctx context.Context) error {
	err := e.Compact(ctx)
	e.mergeFails.Store(err != nil)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.signalRoom()
	return err
}

// reclaim reclaims. What it could not do waits for the next time: it would be the same work again.
func (e *Engine) reclaim(ctx context.Context) error {
	e.table.expireWalks()
	if err := e.Reclaim(ctx); err != nil && ctx.Err() == nil {
		e.o.Logger.Error("storage: reclaim", "error", err, "again_in", e.o.ReclaimEvery)
	}
	return nil
}

// flushDue flushes frozen heads, and the active one if it is old.
func (e *Engine) flushDue(ctx context.Context) error {
	e.flushMu.Lock()
	defer e.flushMu.Unlock()
	e.mu.Lock()
	age := e.o.Now().Sub(e.since) // negative: the clock was set back
	if !e.since.IsZero() && (age < 0 || age >= e.o.FlushAge) && len(e.frozen) < e.o.MaxFrozen {
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
