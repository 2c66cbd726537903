package sqlcat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const streamColumns = `id, group_id, name, created, first_event, last_event, last_ingestion, events, bytes, sequence`

const (
	// The group is looked up by the same statement that adds the row, so no stream comes into a group that is gone.
	streamNext   = `UPDATE counters SET value = value + 1 WHERE name = 'stream' RETURNING value`
	streamInsert = `INSERT INTO streams (group_id, name, id, created, first_event, last_event, last_ingestion, events, bytes, sequence)
SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM groups WHERE id = $1 ON CONFLICT (group_id, name) DO NOTHING`
	streamByName = `SELECT ` + streamColumns + ` FROM streams
WHERE group_id = $1 AND name = $2 AND EXISTS (SELECT 1 FROM groups WHERE id = $1)`
	streamByID = `SELECT ` + streamColumns + ` FROM streams
WHERE id = $1 AND EXISTS (SELECT 1 FROM groups g WHERE g.id = group_id)`
	streamDelete = `DELETE FROM streams
WHERE id = $1 AND EXISTS (SELECT 1 FROM groups g WHERE g.id = group_id) RETURNING group_id`
	streamDrop   = `INSERT INTO dropped_streams (id, group_id) VALUES ($1, $2)`
	streamUpdate = `UPDATE streams
SET first_event = $2, last_event = $3, last_ingestion = $4, events = $5, bytes = $6, sequence = $7 WHERE id = $1`
)

// CreateStream implements catalog.Streams.
func (c *Catalog) CreateStream(ctx context.Context, stream catalog.Stream) (catalog.Stream, error) {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		if err := s.QueryRowContext(ctx, streamNext).Scan(&stream.ID); err != nil {
			return err
		}
		st := &stream.Stats
		err := insertOne(ctx, s, streamInsert, int64(stream.Group), []byte(stream.Name), int64(stream.ID), stream.Created,
			st.FirstEvent, st.LastEvent, st.LastIngestion, st.Events, st.Bytes, int64(st.Sequence))
		if !errors.Is(err, catalog.ErrExists) {
			return err
		}
		if err := requireGroup(ctx, s, stream.Group); err != nil {
			return err
		}
		return catalog.ErrExists
	})
	if err != nil {
		return catalog.Stream{}, fmt.Errorf("create stream %q: %w", stream.Name, err)
	}
	return stream, nil
}

// Stream implements catalog.Streams.
func (c *Catalog) Stream(ctx context.Context, group logs.GroupID, name string) (stream catalog.Stream, err error) {
	if stream, err = c.oneStream(ctx, streamByName, int64(group), []byte(name)); err != nil {
		return stream, fmt.Errorf("stream %q: %w", name, err)
	}
	return stream, nil
}

// StreamByID implements catalog.Streams.
func (c *Catalog) StreamByID(ctx context.Context, id logs.StreamID) (stream catalog.Stream, err error) {
	if stream, err = c.oneStream(ctx, streamByID, int64(id)); err != nil {
		return stream, fmt.Errorf("stream %d: %w", id, err)
	}
	return stream, nil
}

func (c *Catalog) oneStream(ctx context.Context, query string, args ...any) (stream catalog.Stream, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		stream, err = scanStream(s.QueryRowContext(ctx, query, args...))
		return notFound(err)
	})
	return stream, err
}

// DeleteStream implements catalog.Streams.
func (c *Catalog) DeleteStream(ctx context.Context, id logs.StreamID) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		var group int64
		if err := s.QueryRowContext(ctx, streamDelete, int64(id)).Scan(&group); err != nil {
			return notFound(err)
		}
		_, err := s.ExecContext(ctx, streamDrop, int64(id), group)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete stream %d: %w", id, err)
	}
	return nil
}

// UpdateStreams implements catalog.Streams.
func (c *Catalog) UpdateStreams(ctx context.Context, updates []catalog.StreamUpdate) error {
	if len(updates) == 0 {
		return nil
	}
	updates = inOrder(updates)
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error { return updateStreams(ctx, s, updates) })
	if err != nil {
		return fmt.Errorf("update %d streams: %w", len(updates), err)
	}
	return nil
}

// inOrder sorts a copy by id: what was created together tends to lie together, and each page is then visited once. Of two
// updates of one stream the later stays the later.
func inOrder(updates []catalog.StreamUpdate) []catalog.StreamUpdate {
	sorted := slices.Clone(updates)
	slices.SortStableFunc(sorted, func(a, b catalog.StreamUpdate) int { return cmp.Compare(a.ID, b.ID) })
	return sorted
}

func updateStreams(ctx context.Context, s Session, updates []catalog.StreamUpdate) error {
	for i := range updates {
		st := &updates[i].Stats
		if _, err := s.ExecContext(ctx, streamUpdate, int64(updates[i].ID), st.FirstEvent, st.LastEvent, st.LastIngestion,
			st.Events, st.Bytes, int64(st.Sequence)); err != nil {
			return err
		}
	}
	return nil
}

func scanStream(row scanner) (stream catalog.Stream, err error) {
	st := &stream.Stats
	var sequence int64
	err = row.Scan(&stream.ID, &stream.Group, &stream.Name, &stream.Created, &st.FirstEvent, &st.LastEvent, &st.LastIngestion,
		&st.Events, &st.Bytes, &sequence)
	st.Sequence = uint64(sequence)
	return stream, err
}
