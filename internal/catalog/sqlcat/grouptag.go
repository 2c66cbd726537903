package sqlcat

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	groupThere = `SELECT 1 FROM groups WHERE id = $1`
	tagPut     = `INSERT INTO group_tags (group_id, key, value) VALUES ($1, $2, $3)
ON CONFLICT (group_id, key) DO UPDATE SET value = excluded.value`
	tagDelete = `DELETE FROM group_tags WHERE group_id = $1 AND key = $2`
	tagCount  = `SELECT count(*) FROM group_tags WHERE group_id = $1`
	tagList   = `SELECT key, value FROM group_tags WHERE group_id = $1`
)

// GroupTags implements catalog.Groups.
func (c *Catalog) GroupTags(ctx context.Context, id logs.GroupID) (tags map[string]string, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		list, err := collect(ctx, s, 0, scanTag, tagList, int64(id))
		if err != nil {
			return err
		}
		tags = make(map[string]string, len(list))
		for _, tag := range list {
			tags[tag[0]] = tag[1]
		}
		if len(list) == 0 {
			return requireGroup(ctx, s, id)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tags of group %d: %w", id, err)
	}
	return tags, nil
}

// TagGroup implements catalog.Groups.
func (c *Catalog) TagGroup(ctx context.Context, id logs.GroupID, tags map[string]string, most int) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		if err := requireGroup(ctx, s, id); err != nil {
			return err
		}
		if err := putTags(ctx, s, id, tags); err != nil {
			return err
		}
		var n int
		if err := s.QueryRowContext(ctx, tagCount, int64(id)).Scan(&n); err != nil {
			return err
		}
		if n > most {
			return catalog.ErrTooManyTags
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tag group %d: %w", id, err)
	}
	return nil
}

// UntagGroup implements catalog.Groups.
func (c *Catalog) UntagGroup(ctx context.Context, id logs.GroupID, keys []string) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		if err := requireGroup(ctx, s, id); err != nil {
			return err
		}
		for _, key := range keys {
			if _, err := s.ExecContext(ctx, tagDelete, int64(id), key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("untag group %d: %w", id, err)
	}
	return nil
}

func putTags(ctx context.Context, s Session, id logs.GroupID, tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if _, err := s.ExecContext(ctx, tagPut, int64(id), key, tags[key]); err != nil {
			return err
		}
	}
	return nil
}

// requireGroup gives ErrNotFound if there is no such group.
func requireGroup(ctx context.Context, s Session, id logs.GroupID) error {
	var one int
	return notFound(s.QueryRowContext(ctx, groupThere, int64(id)).Scan(&one))
}

func scanTag(row scanner) (tag [2]string, err error) {
	err = row.Scan(&tag[0], &tag[1])
	return tag, err
}
