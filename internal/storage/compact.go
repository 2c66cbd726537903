package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
)

// Compact makes all merges that are due and returns when none is left: see package compaction for which these are. A
// segment that is damaged takes part in none, so that its file stays for whoever repairs it; one that the disk does not give
// takes part in none of this call, and others are merged. An error leaves the live set as it was before the merges that failed.
func (e *Engine) Compact(ctx context.Context) error {
	var failed error
	aside := map[*live]bool{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := e.compactOnce(ctx, aside)
		if more {
			continue
		}
		bad := new(badInput)
		if !errors.As(err, &bad) {
			if err = errors.Join(failed, err); err != nil {
				err = fmt.Errorf("compact: %w", err)
			}
			return err
		}
		if aside[bad.input] = true; !bad.input.damaged.Load() {
			failed = errors.Join(failed, err)
		}
	}
}

// compactOnce makes the most urgent merge without the segments that are put aside; false if none is due.
func (e *Engine) compactOnce(ctx context.Context, aside map[*live]bool) (bool, error) {
	e.mergeMu.Lock()
	defer e.mergeMu.Unlock()
	if err := e.settle(ctx); err != nil {
		return false, err
	}
	inputs := e.plan(aside)
	if inputs == nil {
		return false, nil
	}
	alive, err := e.lifetimes(ctx)
	if err != nil {
		return false, err
	}
	err = e.merge(ctx, inputs, alive)
	return err == nil, err
}

// plan chooses the segments of the next merge; nil if none is due. The caller holds mergeMu.
func (e *Engine) plan(aside map[*live]bool) []*live {
	jobs := e.jobs(aside)
	waiting := int64(0)
	for _, job := range jobs {
		for _, l := range job {
			if l.fresh {
				waiting++
			}
		}
	}
	e.waiting.Store(waiting)
	if len(jobs) == 0 {
		return nil
	}
	return jobs[0]
}

// jobs are the merges that are due, the most urgent first. Planning takes a while where segments and their groups are many: mu is
// not held.
func (e *Engine) jobs(aside map[*live]bool) (jobs [][]*live) {
	all, retention := e.liveSet()
	segments, byID := make([]compaction.Segment, 0, len(all)), make(map[catalog.SegmentID]*live, len(all))
	for _, l := range all {
		if l.damaged.Load() || aside[l] {
			continue
		}
		s := l.shape
		s.Retention = retentionOf(&l.meta, retention)
		segments, byID[s.ID] = append(segments, s), l
	}
	for _, j := range compaction.Plan(segments, e.o.Now().UnixMilli(), e.o.Compaction) {
		var job []*live
		for _, id := range j.Inputs {
			job = append(job, byID[id])
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// liveSet is the live set of now, in no order, and the retention of groups, which nobody changes.
func (e *Engine) liveSet() ([]*live, map[logs.GroupID]int64) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Collect(maps.Values(e.live)), e.retention
}

// retentionOf is the shortest retention of a segment's groups, in milliseconds; 0: all are kept for ever.
func retentionOf(s *catalog.Segment, retention map[logs.GroupID]int64) (least int64) {
	if len(retention) == 0 {
		return 0
	}
	for _, g := range s.Groups {
		if keep := retention[g.Group]; keep > 0 && (least == 0 || keep < least) {
			least = keep
		}
	}
	return least
}
