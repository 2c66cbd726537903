package sqlcat

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	tableColumns = `name, description, size, fields, records, tags, updated`
	tableCount   = `SELECT count(*) FROM lookup_tables WHERE account = $1 AND region = $2`
	tableInsert  = `INSERT INTO lookup_tables (account, region, ` + tableColumns + `, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (account, region, name) DO NOTHING`
	tableReplace = `UPDATE lookup_tables SET description = $4, size = $5, fields = $6, records = $7, updated = $8, body = $9
WHERE account = $1 AND region = $2 AND name = $3`
	tableDelete = `DELETE FROM lookup_tables WHERE account = $1 AND region = $2 AND name = $3`
	tableGet    = `SELECT ` + tableColumns + `, body FROM lookup_tables WHERE account = $1 AND region = $2 AND name = $3`
	tableList   = `SELECT ` + tableColumns + ` FROM lookup_tables
WHERE account = $1 AND region = $2 AND name > $3 AND substr(name, 1, $4) = $5 ORDER BY name LIMIT $6`
)

// CreateLookupTable implements catalog.LookupTables.
func (c *Catalog) CreateLookupTable(ctx context.Context, t catalog.LookupTable, most int) error {
	fields, tags, err := tableTexts(&t)
	if err == nil {
		err = c.store.Write(ctx, func(ctx context.Context, s Session) error {
			if err := insertOne(ctx, s, tableInsert, t.Scope.Account, t.Scope.Region, t.Name, t.Description, len(t.Body), fields, t.Records, tags, t.Updated, t.Body); err != nil {
				return err
			}
			var n int
			if err := s.QueryRowContext(ctx, tableCount, t.Scope.Account, t.Scope.Region).Scan(&n); err != nil {
				return err
			}
			if n > most {
				return catalog.ErrTooMany
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("create lookup table %s: %w", t.Name, err)
	}
	return nil
}

// ReplaceLookupTable implements catalog.LookupTables.
func (c *Catalog) ReplaceLookupTable(ctx context.Context, t catalog.LookupTable) error {
	fields, _, err := tableTexts(&t)
	if err == nil {
		err = c.store.Write(ctx, func(ctx context.Context, s Session) error {
			return changeOne(ctx, s, tableReplace, t.Scope.Account, t.Scope.Region, t.Name, t.Description, len(t.Body), fields, t.Records, t.Updated, t.Body)
		})
	}
	if err != nil {
		return fmt.Errorf("replace lookup table %s: %w", t.Name, err)
	}
	return nil
}

// LookupTable implements catalog.LookupTables.
func (c *Catalog) LookupTable(ctx context.Context, scope logs.Scope, name string) (t catalog.LookupTable, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		var body []byte
		t, err = scanTable(s.QueryRowContext(ctx, tableGet, scope.Account, scope.Region, name), &body)
		t.Scope, t.Body = scope, body
		if errors.Is(err, sql.ErrNoRows) {
			return catalog.ErrNotFound
		}
		return err
	})
	if err != nil {
		return catalog.LookupTable{}, fmt.Errorf("lookup table %s: %w", name, err)
	}
	return t, nil
}

// ListLookupTables implements catalog.LookupTables.
func (c *Catalog) ListLookupTables(ctx context.Context, q catalog.LookupTableQuery) (page []catalog.LookupTable, err error) {
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		page, err = collect(ctx, s, q.Limit, func(row scanner) (catalog.LookupTable, error) {
			t, err := scanTable(row)
			t.Scope = q.Scope
			return t, err
		}, tableList, q.Scope.Account, q.Scope.Region, q.After, len(q.Prefix), q.Prefix, q.Limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list lookup tables: %w", err)
	}
	return page, nil
}

// DeleteLookupTable implements catalog.LookupTables.
func (c *Catalog) DeleteLookupTable(ctx context.Context, scope logs.Scope, name string) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return changeOne(ctx, s, tableDelete, scope.Account, scope.Region, name)
	})
	if err != nil {
		return fmt.Errorf("delete lookup table %s: %w", name, err)
	}
	return nil
}

func tableTexts(t *catalog.LookupTable) (fields, tags string, err error) {
	f, err := json.Marshal(t.Fields)
	if err != nil {
		return "", "", err
	}
	g, err := json.Marshal(t.Tags)
	return string(f), string(g), err
}

// scanTable reads a table, and what stands behind its columns into more.
func scanTable(row scanner, more ...any) (t catalog.LookupTable, err error) {
	var fields, tags []byte
	if err := row.Scan(append([]any{&t.Name, &t.Description, &t.Size, &fields, &t.Records, &tags, &t.Updated}, more...)...); err != nil {
		return t, err
	}
	if err := json.Unmarshal(fields, &t.Fields); err != nil {
		return t, fmt.Errorf("fields of lookup table %s: %w", t.Name, err)
	}
	if err := json.Unmarshal(tags, &t.Tags); err != nil {
		return t, fmt.Errorf("tags of lookup table %s: %w", t.Name, err)
	}
	return t, nil
}
