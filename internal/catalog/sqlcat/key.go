package sqlcat

import (
	"context"
	"fmt"

	"tailrace/internal/catalog"
)

const keyColumns = `access_key_id, account, description, secret, created, disabled`

const (
	keyInsert = `INSERT INTO access_keys (` + keyColumns + `) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (access_key_id) DO NOTHING`
	keyByID   = `SELECT ` + keyColumns + ` FROM access_keys WHERE access_key_id = $1`
	keyList   = `SELECT ` + keyColumns + ` FROM access_keys ORDER BY created, access_key_id`
	keySet    = `UPDATE access_keys SET disabled = $2 WHERE access_key_id = $1`
	keyDelete = `DELETE FROM access_keys WHERE access_key_id = $1`
)

// CreateKey implements catalog.Keys.
func (c *Catalog) CreateKey(ctx context.Context, k catalog.Key) error {
	secret := append([]byte{}, k.Secret...)
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return insertOne(ctx, s, keyInsert, k.AccessKeyID, k.Account, k.Description, secret, k.Created, boolInt(k.Disabled))
	})
	if err != nil {
		return fmt.Errorf("create key %s: %w", k.AccessKeyID, err)
	}
	return nil
}

// Key implements catalog.Keys.
func (c *Catalog) Key(ctx context.Context, accessKeyID string) (k catalog.Key, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		k, err = scanKey(s.QueryRowContext(ctx, keyByID, accessKeyID))
		return notFound(err)
	})
	if err != nil {
		return catalog.Key{}, fmt.Errorf("key %s: %w", accessKeyID, err)
	}
	return k, nil
}

// ListKeys implements catalog.Keys.
func (c *Catalog) ListKeys(ctx context.Context) (keys []catalog.Key, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		keys, err = collect(ctx, s, 0, scanKey, keyList)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// SetKeyDisabled implements catalog.Keys.
func (c *Catalog) SetKeyDisabled(ctx context.Context, accessKeyID string, disabled bool) error {
	return c.changeKey(ctx, "disable or enable", keySet, accessKeyID, boolInt(disabled))
}

// DeleteKey implements catalog.Keys.
func (c *Catalog) DeleteKey(ctx context.Context, accessKeyID string) error {
	return c.changeKey(ctx, "delete", keyDelete, accessKeyID)
}

func (c *Catalog) changeKey(ctx context.Context, what, query, accessKeyID string, args ...any) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return changeOne(ctx, s, query, append([]any{accessKeyID}, args...)...)
	})
	if err != nil {
		return fmt.Errorf("%s key %s: %w", what, accessKeyID, err)
	}
	return nil
}

func scanKey(row scanner) (k catalog.Key, err error) {
	err = row.Scan(&k.AccessKeyID, &k.Account, &k.Description, &k.Secret, &k.Created, &k.Disabled)
	return k, err
}
