package sqlcat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	purgeNext  = `SELECT id FROM dropped_groups ORDER BY id LIMIT 1`
	purgeRows  = `DELETE FROM streams WHERE id IN (SELECT id FROM streams WHERE group_id = $1 LIMIT $2)`
	purgeDone  = `DELETE FROM dropped_groups WHERE id = $1`
	droppedAll = `SELECT id, group_id FROM dropped_streams`
	forget     = `DELETE FROM dropped_streams WHERE id = $1`
)

// PurgeStreams implements catalog.Streams.
func (c *Catalog) PurgeStreams(ctx context.Context, limit int) (purged int, err error) {
	err = c.store.Write(ctx, func(ctx context.Context, s Session) error {
		purged = 0
		for purged < limit {
			n, more, err := purgeGroup(ctx, s, limit-purged)
			if err != nil {
				return err
			}
			purged += n
			if !more {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("purge streams: %w", err)
	}
	return purged, nil
}

// purgeGroup removes rows of the first group that is no more; more is false if there is none.
func purgeGroup(ctx context.Context, s Session, limit int) (n int, more bool, err error) {
	var group int64
	if err := s.QueryRowContext(ctx, purgeNext).Scan(&group); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return 0, false, err
	}
	result, err := s.ExecContext(ctx, purgeRows, group, limit)
	if err != nil {
		return 0, false, err
	}
	removed, err := result.RowsAffected()
	if err != nil {
		return 0, false, err
	}
	if int(removed) < limit {
		_, err = s.ExecContext(ctx, purgeDone, group)
	}
	return int(removed), true, err
}

// DroppedStreams implements catalog.Streams.
func (c *Catalog) DroppedStreams(ctx context.Context) (map[logs.StreamID]logs.GroupID, error) {
	dropped := map[logs.StreamID]logs.GroupID{}
	err := c.store.Read(ctx, func(ctx context.Context, s Session) error {
		all, err := collect(ctx, s, 0, scanDropped, droppedAll)
		for _, stream := range all {
			dropped[stream.ID] = stream.Group
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("dropped streams: %w", err)
	}
	return dropped, nil
}

// ForgetDropped implements catalog.Streams.
func (c *Catalog) ForgetDropped(ctx context.Context, ids []logs.StreamID) error {
	if len(ids) == 0 {
		return nil
	}
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		for _, id := range ids {
			if _, err := s.ExecContext(ctx, forget, int64(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %d dropped streams: %w", len(ids), err)
	}
	return nil
}

func scanDropped(row scanner) (stream catalog.Stream, err error) {
	err = row.Scan(&stream.ID, &stream.Group)
	return stream, err
}
