package sqlcat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const groupColumns = `id, account, region, name, created, class, retention_days, kms_key_id, deletion_protection`

const (
	groupInsert = `INSERT INTO groups (account, region, name, created, class, retention_days, kms_key_id, deletion_protection)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account, region, name) DO NOTHING RETURNING id`
	groupByName       = `SELECT ` + groupColumns + ` FROM groups WHERE account = $1 AND region = $2 AND name = $3`
	groupByID         = `SELECT ` + groupColumns + ` FROM groups WHERE id = $1`
	groupAll          = `SELECT ` + groupColumns + ` FROM groups ORDER BY id`
	groupSetRetention = `UPDATE groups SET retention_days = $2 WHERE id = $1`
	groupSetProtected = `UPDATE groups SET deletion_protection = $2 WHERE id = $1`
	groupDelete       = `DELETE FROM groups WHERE id = $1`
	groupDeleteTags   = `DELETE FROM group_tags WHERE group_id = $1`
	groupDrop         = `INSERT INTO dropped_groups (id) VALUES ($1)`
)

// CreateGroup implements catalog.Groups.
func (c *Catalog) CreateGroup(ctx context.Context, g catalog.Group, tags map[string]string) (catalog.Group, error) {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		err := s.QueryRowContext(ctx, groupInsert, g.Scope.Account, g.Scope.Region, []byte(g.Name), g.Created, g.Class,
			g.RetentionDays, g.KMSKeyID, boolInt(g.DeletionProtection)).Scan(&g.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return catalog.ErrExists
		}
		if err != nil {
			return err
		}
		return putTags(ctx, s, g.ID, tags)
	})
	if err != nil {
		return catalog.Group{}, fmt.Errorf("create group %q: %w", g.Name, err)
	}
	return g, nil
}

// Group implements catalog.Groups.
func (c *Catalog) Group(ctx context.Context, scope logs.Scope, name string) (g catalog.Group, err error) {
	if g, err = c.oneGroup(ctx, groupByName, scope.Account, scope.Region, []byte(name)); err != nil {
		return g, fmt.Errorf("group %q: %w", name, err)
	}
	return g, nil
}

// GroupByID implements catalog.Groups.
func (c *Catalog) GroupByID(ctx context.Context, id logs.GroupID) (g catalog.Group, err error) {
	if g, err = c.oneGroup(ctx, groupByID, int64(id)); err != nil {
		return g, fmt.Errorf("group %d: %w", id, err)
	}
	return g, nil
}

func (c *Catalog) oneGroup(ctx context.Context, query string, args ...any) (g catalog.Group, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		g, err = scanGroup(s.QueryRowContext(ctx, query, args...))
		return notFound(err)
	})
	return g, err
}

// AllGroups implements catalog.Groups.
func (c *Catalog) AllGroups(ctx context.Context) (all []catalog.Group, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		all, err = collect(ctx, s, 0, scanGroup, groupAll)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("all groups: %w", err)
	}
	return all, nil
}

// SetRetention implements catalog.Groups.
func (c *Catalog) SetRetention(ctx context.Context, id logs.GroupID, days int32) error {
	return c.changeGroup(ctx, "set retention of", id, groupSetRetention, int64(days))
}

// SetDeletionProtection implements catalog.Groups.
func (c *Catalog) SetDeletionProtection(ctx context.Context, id logs.GroupID, on bool) error {
	return c.changeGroup(ctx, "set deletion protection of", id, groupSetProtected, boolInt(on))
}

func (c *Catalog) changeGroup(ctx context.Context, what string, id logs.GroupID, query string, value int64) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return changeOne(ctx, s, query, int64(id), value)
	})
	if err != nil {
		return fmt.Errorf("%s group %d: %w", what, id, err)
	}
	return nil
}

// DeleteGroup implements catalog.Groups. Streams of a group without a row are not found; dropped_groups tells
// PurgeStreams which they are.
func (c *Catalog) DeleteGroup(ctx context.Context, id logs.GroupID) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		if err := changeOne(ctx, s, groupDelete, int64(id)); err != nil {
			return err
		}
		if _, err := s.ExecContext(ctx, groupDeleteTags, int64(id)); err != nil {
			return err
		}
		_, err := s.ExecContext(ctx, groupDrop, int64(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("delete group %d: %w", id, err)
	}
	return nil
}

func scanGroup(row scanner) (g catalog.Group, err error) {
	err = row.Scan(&g.ID, &g.Scope.Account, &g.Scope.Region, &g.Name, &g.Created, &g.Class, &g.RetentionDays, &g.KMSKeyID,
		&g.DeletionProtection)
	return g, err
}
