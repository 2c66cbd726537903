package sqlcat

import (
	"context"
	"encoding/json"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	definitionColumns = `id, name, language, text, groups, parameters, modified`
	definitionCount   = `SELECT count(*) FROM query_definitions WHERE account = $1 AND region = $2`
	definitionInsert  = `INSERT INTO query_definitions (account, region, ` + definitionColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account, region, id) DO NOTHING`
	definitionReplace = `UPDATE query_definitions SET name = $4, language = $5, text = $6, groups = $7, parameters = $8, modified = $9
WHERE account = $1 AND region = $2 AND id = $3`
	definitionDelete = `DELETE FROM query_definitions WHERE account = $1 AND region = $2 AND id = $3`
	definitionList   = `SELECT ` + definitionColumns + ` FROM query_definitions
WHERE account = $1 AND region = $2 AND name >= $3 AND (name > $4 OR id > $5) ORDER BY name, id`
)

// CreateQueryDefinition implements catalog.QueryDefinitions.
func (c *Catalog) CreateQueryDefinition(ctx context.Context, d catalog.QueryDefinition, most int) error {
	args, err := definitionArgs(&d)
	if err == nil {
		err = c.store.Write(ctx, func(ctx context.Context, s Session) error {
			if err := insertOne(ctx, s, definitionInsert, args...); err != nil {
				return err
			}
			var n int
			if err := s.QueryRowContext(ctx, definitionCount, d.Scope.Account, d.Scope.Region).Scan(&n); err != nil {
				return err
			}
			if n > most {
				return catalog.ErrTooMany
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("create query definition %s: %w", d.ID, err)
	}
	return nil
}

// ReplaceQueryDefinition implements catalog.QueryDefinitions.
func (c *Catalog) ReplaceQueryDefinition(ctx context.Context, d catalog.QueryDefinition) error {
	args, err := definitionArgs(&d)
	if err == nil {
		err = c.store.Write(ctx, func(ctx context.Context, s Session) error { return changeOne(ctx, s, definitionReplace, args...) })
	}
	if err != nil {
		return fmt.Errorf("replace query definition %s: %w", d.ID, err)
	}
	return nil
}

// ListQueryDefinitions implements catalog.QueryDefinitions. There are few of them (the caller's quota), so a page reads them
// in order of the index and drops what is not wanted.
func (c *Catalog) ListQueryDefinitions(ctx context.Context, q catalog.QueryDefinitionQuery) (page []catalog.QueryDefinition, err error) {
	names := prefixSpan(q.Prefix)
	if q.AfterName > q.Prefix {
		names.from = []byte(q.AfterName)
	}
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		all, err := collect(ctx, s, 0, scanDefinition, definitionList, q.Scope.Account, q.Scope.Region, names.from, []byte(q.AfterName), q.AfterID)
		for _, d := range all {
			if names.to != nil && d.Name >= string(names.to) || len(page) == q.Limit {
				break
			}
			if q.Language == "" || q.Language == d.Language {
				d.Scope = q.Scope
				page = append(page, d)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list query definitions: %w", err)
	}
	return page, nil
}

// DeleteQueryDefinition implements catalog.QueryDefinitions.
func (c *Catalog) DeleteQueryDefinition(ctx context.Context, scope logs.Scope, id string) error {
	err := c.store.Write(ctx, func(ctx context.Context, s Session) error {
		return changeOne(ctx, s, definitionDelete, scope.Account, scope.Region, id)
	})
	if err != nil {
		return fmt.Errorf("delete query definition %s: %w", id, err)
	}
	return nil
}

func definitionArgs(d *catalog.QueryDefinition) ([]any, error) {
	groups, err := json.Marshal(d.Groups)
	if err != nil {
		return nil, err
	}
	parameters, err := json.Marshal(d.Parameters)
	if err != nil {
		return nil, err
	}
	return []any{
		d.Scope.Account, d.Scope.Region, d.ID, []byte(d.Name), d.Language, d.Text, string(groups), string(parameters), d.Modified,
	}, nil
}

func scanDefinition(row scanner) (d catalog.QueryDefinition, err error) {
	var name, groups, parameters []byte
	if err := row.Scan(&d.ID, &name, &d.Language, &d.Text, &groups, &parameters, &d.Modified); err != nil {
		return d, err
	}
	d.Name = string(name)
	if err := json.Unmarshal(groups, &d.Groups); err != nil {
		return d, fmt.Errorf("groups of query definition %s: %w", d.ID, err)
	}
	if err := json.Unmarshal(parameters, &d.Parameters); err != nil {
		return d, fmt.Errorf("parameters of query definition %s: %w", d.ID, err)
	}
	return d, nil
}
