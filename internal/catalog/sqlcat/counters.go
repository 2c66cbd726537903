package sqlcat

import (
	"context"
	"fmt"

	"tailrace/internal/logs"
)

const (
	flushedGet  = `SELECT value FROM counters WHERE name = 'flushed'`
	countersAll = `SELECT name, value FROM counters ORDER BY name`
	streamSums  = `SELECT group_id, count(*), sum(events), sum(bytes), coalesce(min(CASE WHEN events > 0 THEN first_event END), 0), max(last_event)
FROM streams GROUP BY group_id`
)

// Counter is one of the catalog's counters: the last id given, or a position.
type Counter struct {
	Name  string
	Value uint64
}

// Counters returns all counters in order of name.
func (c *Catalog) Counters(ctx context.Context) (all []Counter, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		all, err = collect(ctx, s, 4, func(row scanner) (c Counter, err error) {
			var value int64
			err = row.Scan(&c.Name, &value)
			c.Value = uint64(value)
			return c, err
		}, countersAll)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counters: %w", err)
	}
	return all, nil
}

// StreamSum is the statistics of a group's streams taken together.
type StreamSum struct {
	Group         logs.GroupID
	Streams       int64
	Events, Bytes int64
	FirstEvent    int64 // 0: no events
	LastEvent     int64
}

// StreamSums sums the streams of every group up. It reads all of them.
func (c *Catalog) StreamSums(ctx context.Context) (map[logs.GroupID]StreamSum, error) {
	sums := map[logs.GroupID]StreamSum{}
	err := c.store.Read(ctx, func(ctx context.Context, s Session) error {
		all, err := collect(ctx, s, 64, func(row scanner) (g StreamSum, err error) {
			err = row.Scan(&g.Group, &g.Streams, &g.Events, &g.Bytes, &g.FirstEvent, &g.LastEvent)
			return g, err
		}, streamSums)
		for _, g := range all {
			sums[g.Group] = g
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum streams: %w", err)
	}
	return sums, nil
}

// Flushed reads the flushed position in a database whose tables may be older than this program's.
func Flushed(ctx context.Context, s Session) (uint64, error) {
	var value int64
	err := s.QueryRowContext(ctx, flushedGet).Scan(&value)
	return uint64(value), err
}
