package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tailrace/internal/logs"
)

// lifetimes say which events are dead, as of a moment: those of deleted groups and streams, and those that are older than
// their group's retention.
type lifetimes struct {
	expire  map[logs.GroupID]int64 // least event time that stays; a group that is not in here was deleted
	dropped dropped                // deleted streams
	groups  []logs.GroupID         // deleted groups that are remembered
}

// lifetimes takes what holds now. The segments that it is about were chosen before: a group whose events lie in one of them
// and that the catalog does not have was deleted, not just made.
func (e *Engine) lifetimes(ctx context.Context) (*lifetimes, error) {
	l := &lifetimes{expire: map[logs.GroupID]int64{}, dropped: dropped{}}
	e.table.mu.Lock()
	for group, streams := range e.table.dropped {
		l.dropped[group] = maps.Clone(streams)
	}
	l.groups = slices.Collect(maps.Keys(e.table.droppedGroups))
	e.table.mu.Unlock()
	groups, err := e.o.Catalog.AllGroups(ctx)
	if err != nil {
		return nil, fmt.Errorf("all groups: %w", err)
	}
	now := e.o.Now()
	retention := map[logs.GroupID]int64{}
	for i := range groups {
		l.expire[groups[i].ID] = 0
		if days := groups[i].RetentionDays; days > 0 {
			keep := time.Duration(days) * 24 * time.Hour
			l.expire[groups[i].ID] = now.Add(-keep).UnixMilli()
			retention[groups[i].ID] = keep.Milliseconds()
		}
	}
	e.mu.Lock()
	e.retention = retention
	e.mu.Unlock()
	return l, nil
}

// least is the least event time that stays of a stream, false if nothing does.
func (l *lifetimes) least(group logs.GroupID, stream logs.StreamID) (ms int64, alive bool) {
	ms, alive = l.expire[group]
	return ms, alive && !l.dropped.has(group, stream)
}
