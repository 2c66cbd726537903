package sqlcat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
)

const (
	restoreOlder = `DELETE FROM groups WHERE account = $1 AND region = $2 AND name = $3 AND id < $4`
	restoreGroup = `INSERT INTO groups (id, account, region, name, created, class, retention_days, kms_key_id, deletion_protection)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`
	restoreKnown    = `SELECT EXISTS (SELECT 1 FROM groups WHERE id = $1), EXISTS (SELECT 1 FROM dropped_streams WHERE id = $2)`
	restoreNamesake = `SELECT id FROM streams WHERE group_id = $1 AND name = $2`
	restoreRemove   = `DELETE FROM streams WHERE id = $1`
	restoreStream   = `INSERT INTO streams (id, first_event, last_event, last_ingestion, events, bytes, sequence, group_id, name, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	restoreStats   = streamUpdate + ` AND sequence < $7`
	restoreDropped = `INSERT INTO dropped_streams (id, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	restoreCounter = `UPDATE counters SET value = $2 WHERE name = $1 AND value < $2`
)

// Restore implements catalog.Restorer.
func (c *Catalog) Restore(ctx context.Context, contents catalog.Contents) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error { return restore(ctx, s, &contents) })
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func restore(ctx context.Context, s Session, c *catalog.Contents) error {
	if !c.Complete {
		for i := range c.Groups {
			if err := restoreOneGroup(ctx, s, &c.Groups[i]); err != nil {
				return fmt.Errorf("group %d: %w", c.Groups[i].ID, err)
			}
		}
	}
	for i := range c.Streams {
		if err := restoreOneStream(ctx, s, &c.Streams[i], c.Complete); err != nil {
			return fmt.Errorf("stream %d: %w", c.Streams[i].ID, err)
		}
	}
	for name, value := range map[string]uint64{"stream": c.LastStream, "segment": uint64(c.LastSegment)} {
		if _, err := s.ExecContext(ctx, restoreCounter, name, int64(value)); err != nil {
			return err
		}
	}
	return commitSegments(ctx, s, catalog.Commit{Add: c.Segments, Flushed: c.Flushed})
}

func restoreOneGroup(ctx context.Context, s Session, g *catalog.Group) error {
	if _, err := s.ExecContext(ctx, restoreOlder, g.Scope.Account, g.Scope.Region, []byte(g.Name), int64(g.ID)); err != nil {
		return err
	}
	_, err := s.ExecContext(ctx, restoreGroup, int64(g.ID), g.Scope.Account, g.Scope.Region, []byte(g.Name), g.Created, g.Class,
		g.RetentionDays, g.KMSKeyID, boolInt(g.DeletionProtection))
	return err
}

// restoreOneStream adds a stream, or its statistics, or notes that it was deleted.
func restoreOneStream(ctx context.Context, s Session, stream *catalog.Stream, complete bool) error {
	var inGroup, dropped bool
	if err := s.QueryRowContext(ctx, restoreKnown, int64(stream.Group), int64(stream.ID)).Scan(&inGroup, &dropped); err != nil {
		return err
	}
	if !inGroup || dropped {
		return nil
	}
	var namesake int64
	err := s.QueryRowContext(ctx, restoreNamesake, int64(stream.Group), []byte(stream.Name)).Scan(&namesake)
	none := errors.Is(err, sql.ErrNoRows)
	if err != nil && !none {
		return err
	}
	st := &stream.Stats
	stats := []any{int64(stream.ID), st.FirstEvent, st.LastEvent, st.LastIngestion, st.Events, st.Bytes, int64(st.Sequence)}
	switch {
	case !none && namesake == int64(stream.ID):
		_, err = s.ExecContext(ctx, restoreStats, stats...)
		return err
	case complete || !none && namesake > int64(stream.ID):
		_, err = s.ExecContext(ctx, restoreDropped, int64(stream.ID), int64(stream.Group))
		return err
	case !none:
		if _, err := s.ExecContext(ctx, restoreRemove, namesake); err != nil {
			return err
		}
		if _, err := s.ExecContext(ctx, restoreDropped, namesake, int64(stream.Group)); err != nil {
			return err
		}
	}
	_, err = s.ExecContext(ctx, restoreStream, append(stats, int64(stream.Group), []byte(stream.Name), stream.Created)...)
	return err
}
