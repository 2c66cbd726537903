package sqlcat

import (
	"context"
	"database/sql"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	segmentNext   = `UPDATE counters SET value = value + 1 WHERE name = 'segment' RETURNING value`
	segmentInsert = `INSERT INTO segments (id, object, size) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	segmentPart   = `INSERT INTO segment_groups (segment_id, group_id, events, bytes, first_event, last_event)
VALUES ($1, $2, $3, $4, $5, $6)`
	segmentDelete      = `DELETE FROM segments WHERE id = $1`
	segmentDeleteParts = `DELETE FROM segment_groups WHERE segment_id = $1`
	flushedSet         = `UPDATE counters SET value = $1 WHERE name = 'flushed' AND value < $1`
	// One statement sees one state: the live set and the position that belongs to it.
	segmentsLive = `SELECT f.value, s.id, s.object, s.size, g.group_id, g.events, g.bytes, g.first_event, g.last_event
FROM counters f LEFT JOIN segments s ON 1 = 1 LEFT JOIN segment_groups g ON g.segment_id = s.id
WHERE f.name = 'flushed' ORDER BY s.id, g.group_id`
)

// NextSegment implements catalog.Segments.
func (c *Catalog) NextSegment(ctx context.Context) (id catalog.SegmentID, err error) {
	err = c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return s.QueryRowContext(ctx, segmentNext).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("next segment: %w", err)
	}
	return id, nil
}

// CommitSegments implements catalog.Segments.
func (c *Catalog) CommitSegments(ctx context.Context, change catalog.Commit) error {
	change.Streams = inOrder(change.Streams)
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error { return commitSegments(ctx, s, change) })
	if err != nil {
		return fmt.Errorf("commit segments: %w", err)
	}
	return nil
}

func commitSegments(ctx context.Context, s Session, change catalog.Commit) error {
	for _, id := range change.Remove {
		if err := removeSegment(ctx, s, id); err != nil {
			return fmt.Errorf("remove %d: %w", id, err)
		}
	}
	for i := range change.Add {
		if err := addSegment(ctx, s, &change.Add[i]); err != nil {
			return fmt.Errorf("add %d: %w", change.Add[i].ID, err)
		}
	}
	if err := updateStreams(ctx, s, change.Streams); err != nil {
		return err
	}
	if change.Flushed == 0 {
		return nil
	}
	_, err := s.ExecContext(ctx, flushedSet, int64(change.Flushed))
	return err
}

func removeSegment(ctx context.Context, s Session, id catalog.SegmentID) error {
	if err := changeOne(ctx, s, segmentDelete, int64(id)); err != nil {
		return err
	}
	_, err := s.ExecContext(ctx, segmentDeleteParts, int64(id))
	return err
}

func addSegment(ctx context.Context, s Session, seg *catalog.Segment) error {
	if err := insertOne(ctx, s, segmentInsert, int64(seg.ID), seg.Object, seg.Size); err != nil {
		return err
	}
	for _, g := range seg.Groups {
		if _, err := s.ExecContext(ctx, segmentPart, int64(seg.ID), int64(g.Group), g.Rows, g.Bytes, g.FirstEvent, g.LastEvent); err != nil {
			return fmt.Errorf("group %d: %w", g.Group, err)
		}
	}
	return nil
}

// LiveSegments implements catalog.Segments.
func (c *Catalog) LiveSegments(ctx context.Context) (live []catalog.Segment, flushed uint64, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		parts, err := collect(ctx, s, 0, scanPart, segmentsLive)
		if err != nil {
			return err
		}
		live, flushed = joinParts(parts)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("live segments: %w", err)
	}
	return live, flushed, nil
}

// part is a row of segmentsLive: the flushed position, a segment if there is any, a group of it if it has any.
type part struct {
	flushed               int64
	id, size              sql.NullInt64
	object                sql.NullString
	group                 sql.NullInt64
	rows, bytes           sql.NullInt64
	firstEvent, lastEvent sql.NullInt64
}

func scanPart(row scanner) (p part, err error) {
	err = row.Scan(&p.flushed, &p.id, &p.object, &p.size, &p.group, &p.rows, &p.bytes, &p.firstEvent, &p.lastEvent)
	return p, err
}

func joinParts(parts []part) (live []catalog.Segment, flushed uint64) {
	for _, p := range parts {
		flushed = uint64(p.flushed)
		if !p.id.Valid {
			continue
		}
		id := catalog.SegmentID(p.id.Int64)
		if n := len(live); n == 0 || live[n-1].ID != id {
			live = append(live, catalog.Segment{ID: id, Object: p.object.String, Size: p.size.Int64})
		}
		if !p.group.Valid {
			continue
		}
		last := &live[len(live)-1]
		last.Groups = append(last.Groups, catalog.SegmentGroup{
			Group: logs.GroupID(p.group.Int64), Rows: p.rows.Int64, Bytes: p.bytes.Int64,
			FirstEvent: p.firstEvent.Int64, LastEvent: p.lastEvent.Int64,
		})
	}
	return live, flushed
}
