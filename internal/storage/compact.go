package storage

import (
	"context"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/storage/compaction"
)

// Compact makes all merges that are due and returns when none is left: see package compaction for which these are. A
// segment that is damaged takes part in none, so that its file stays for whoever repairs it. An error leaves the live set as
// it was before the merge that failed.
func (e *Engine) Compact(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := e.compactOnce(ctx)
		if err != nil {
			return fmt.Errorf("compact: %w", err)
		}
		if !more {
			return nil
		}
	}
}

// compactOnce makes the most urgent merge; false if none is due.
func (e *Engine) compactOnce(ctx context.Context) (bool, error) {
	e.mergeMu.Lock()
	defer e.mergeMu.Unlock()
	if err := e.settle(ctx); err != nil {
		return false, err
	}
	inputs := e.plan()
	if inputs == nil {
		return false, nil
	}
	alive, err := e.lifetimes(ctx)
	if err != nil {
		return false, err
	}
	var damaged *damagedInput
	if err := e.merge(ctx, inputs, alive); !errors.As(err, &damaged) {
		return err == nil, err
	}
	return true, nil
}

// plan chooses the segments of the next merge; nil if none is due.
func (e *Engine) plan() []*live {
	e.mu.RLock()
	defer e.mu.RUnlock()
	jobs := e.jobs()
	waiting := 0
	for _, j := range jobs {
		waiting += len(j.Inputs)
	}
	e.waiting.Store(int64(waiting))
	if len(jobs) == 0 {
		return nil
	}
	var inputs []*live
	for _, id := range jobs[0].Inputs {
		inputs = append(inputs, e.live[id])
	}
	return inputs
}

// jobs are the merges that are due. The caller holds mu.
func (e *Engine) jobs() []compaction.Job {
	segments := make([]compaction.Segment, 0, len(e.live))
	for _, l := range e.live {
		if l.damaged.Load() {
			continue
		}
		s := l.shape
		s.Retention = e.retentionOf(&l.meta)
		segments = append(segments, s)
	}
	return compaction.Plan(segments, e.o.Now().UnixMilli(), e.o.Compaction)
}

// retentionOf is the shortest retention of a segment's groups, in milliseconds; 0: all are kept for ever.
func (e *Engine) retentionOf(s *catalog.Segment) (least int64) {
	if len(e.retention) == 0 {
		return 0
	}
	for _, g := range s.Groups {
		if keep := e.retention[g.Group]; keep > 0 && (least == 0 || keep < least) {
			least = keep
		}
	}
	return least
}
