package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/exec"
	"tailrace/internal/insights/plan"
	"tailrace/internal/logs"
)

const (
	// maxLookupTables is how many lookup tables an account may have in a region (cloudwatch-logs.md §17).
	maxLookupTables = 100
	// maxLookupPage is the largest and the usual page of DescribeLookupTables.
	maxLookupPage = 100
	// LongestTableBody is how long a request with a table of 10 MiB may be: each of its bytes may need an escape.
	LongestTableBody = 2*10<<20 + 64<<10
)

var tableNoun = noun{"The specified lookup table does not exist.", "The specified lookup table already exists."}

// CreateLookupTable keeps a table for the lookups of queries (cloudwatch-logs.md §13).
func (s *Service) CreateLookupTable(ctx context.Context, in *api.CreateLookupTableRequest) (*api.CreateLookupTableResponse, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	t, err := s.newLookupTable(scopeOf(ctx), in.LookupTableName, in.TableBody, in.KmsKeyID, in.QueryID)
	if err != nil {
		return nil, err
	}
	t.Description, t.Tags = in.Description.Value, in.Tags
	if err := s.catalog.CreateLookupTable(ctx, t, maxLookupTables); err != nil {
		if errors.Is(err, catalog.ErrTooMany) {
			return nil, &api.LimitExceededException{Message: "Resource limit exceeded."}
		}
		return nil, tableNoun.exception("create lookup table "+t.Name, err)
	}
	return &api.CreateLookupTableResponse{LookupTableArn: api.Some(tableARN(&t)), CreatedAt: api.Some(t.Updated)}, nil
}

// newLookupTable checks the content of a table.
func (s *Service) newLookupTable(scope logs.Scope, name, body string, key, query api.Opt[string]) (catalog.LookupTable, error) {
	t := catalog.LookupTable{Scope: scope, Name: name, Body: []byte(body), Size: int64(len(body)), Updated: s.millis()}
	switch {
	case key.Set:
		return t, &api.AccessDeniedException{Message: "The specified KMS key does not exist or is not allowed to be used with Arn '" + tableARN(&t) + "'"}
	case query.Set:
		return t, invalidParameter("Lookup tables are made of tableBody only: queryId is not supported.")
	}
	parsed, err := plan.ParseTable(t.Body)
	if err != nil {
		return t, invalidParameter(fmt.Sprintf("Invalid tableBody: %s.", err))
	}
	t.Fields, t.Records = parsed.Columns, int64(len(parsed.Rows))
	return t, nil
}

// UpdateLookupTable gives a table another content. What is left out is cleared, but for its tags.
func (s *Service) UpdateLookupTable(ctx context.Context, in *api.UpdateLookupTableRequest) (*api.UpdateLookupTableResponse, error) {
	name, err := tableName(scopeOf(ctx), in.LookupTableArn)
	if err != nil {
		return nil, err
	}
	t, err := s.newLookupTable(scopeOf(ctx), name, in.TableBody, in.KmsKeyID, in.QueryID)
	if err != nil {
		return nil, err
	}
	t.Description = in.Description.Value
	if err := s.catalog.ReplaceLookupTable(ctx, t); err != nil {
		return nil, tableNoun.exception("update lookup table "+name, err)
	}
	return &api.UpdateLookupTableResponse{LookupTableArn: api.Some(tableARN(&t)), LastUpdatedTime: api.Some(t.Updated)}, nil
}

// GetLookupTable returns a table with its content.
func (s *Service) GetLookupTable(ctx context.Context, in *api.GetLookupTableRequest) (*api.GetLookupTableResponse, error) {
	name, err := tableName(scopeOf(ctx), in.LookupTableArn)
	if err != nil {
		return nil, err
	}
	t, err := s.catalog.LookupTable(ctx, scopeOf(ctx), name)
	if err != nil {
		return nil, tableNoun.exception("get lookup table "+name, err)
	}
	return &api.GetLookupTableResponse{
		LookupTableArn: api.Some(tableARN(&t)), LookupTableName: api.Some(t.Name), Description: filled(t.Description),
		TableBody: api.Some(string(t.Body)), SizeBytes: api.Some(t.Size), LastUpdatedTime: api.Some(t.Updated),
	}, nil
}

// DescribeLookupTables lists tables by name, without their content.
func (s *Service) DescribeLookupTables(ctx context.Context, in *api.DescribeLookupTablesRequest) (*api.DescribeLookupTablesResponse, error) {
	q := catalog.LookupTableQuery{Scope: scopeOf(ctx), Prefix: in.LookupTableNamePrefix.Value, Limit: maxLookupPage + 1}
	if in.MaxResults.Value > 0 {
		q.Limit = int(in.MaxResults.Value) + 1 // one more tells whether there is a next page
	}
	walk := newWalk("DescribeLookupTables", q.Scope).text(q.Prefix)
	if in.NextToken.Set {
		cursor, err := s.tokens.open(walk, in.NextToken.Value)
		if err != nil {
			return nil, tableNoun.exception("describe lookup tables", err)
		}
		q.After = string(cursor)
	}
	page, err := s.catalog.ListLookupTables(ctx, q)
	if err != nil {
		return nil, tableNoun.exception("describe lookup tables", err)
	}
	out := &api.DescribeLookupTablesResponse{LookupTables: make([]api.LookupTable, 0, len(page))}
	if len(page) == q.Limit {
		page = page[:q.Limit-1]
		out.NextToken = api.Some(s.tokens.seal(walk, []byte(page[len(page)-1].Name)))
	}
	for i := range page {
		t := &page[i]
		out.LookupTables = append(out.LookupTables, api.LookupTable{
			LookupTableArn: api.Some(tableARN(t)), LookupTableName: api.Some(t.Name), Description: filled(t.Description), TableFields: t.Fields,
			RecordsCount: api.Some(t.Records), SizeBytes: api.Some(t.Size), LastUpdatedTime: api.Some(t.Updated),
		})
	}
	return out, nil
}

// DeleteLookupTable removes a table.
func (s *Service) DeleteLookupTable(ctx context.Context, in *api.DeleteLookupTableRequest) error {
	name, err := tableName(scopeOf(ctx), in.LookupTableArn)
	if err != nil {
		return err
	}
	return tableNoun.exception("delete lookup table "+name, s.catalog.DeleteLookupTable(ctx, scopeOf(ctx), name))
}

func filled(text string) api.Opt[string] { return api.Opt[string]{Value: text, Set: text != ""} }

const tableResource = ":lookup-table:"

func tableARN(t *catalog.LookupTable) string {
	return "arn:aws:logs:" + t.Scope.Region + ":" + t.Scope.Account + tableResource + t.Name
}

// tableName is the name in a table's ARN. One of another account or region is of nothing that exists for this caller.
func tableName(scope logs.Scope, arn string) (string, error) {
	_, name, ok := strings.Cut(arn, tableResource)
	if !ok || !strings.HasPrefix(arn, "arn:") || name == "" {
		return "", invalidParameter("The specified lookupTableArn is invalid.")
	}
	t := catalog.LookupTable{Scope: scope, Name: name}
	if arn != tableARN(&t) {
		return "", tableNoun.missing()
	}
	return name, nil
}

// lookups gives the plan of a query the caller's tables, each once, as long as all of them are no more than a query may keep.
type lookups struct {
	s     *Service
	ctx   context.Context
	have  map[string]*plan.Table
	bytes int64
	err   error // the last that is not the query's fault
}

func (l *lookups) table(name string) (*plan.Table, error) {
	if t := l.have[name]; t != nil {
		return t, nil
	}
	t, err := l.s.readTable(l.ctx, scopeOf(l.ctx), name)
	if err != nil {
		if !errors.Is(err, errNoTable) {
			l.err = err
		}
		return nil, err
	}
	if l.bytes += t.Size(); l.bytes > l.s.memory {
		return nil, exec.ErrMemory
	}
	l.have[name] = t
	return t, nil
}

var errNoTable = errors.New("does not exist")

// readTable reads a table with its content; errNoTable if there is none.
func (s *Service) readTable(ctx context.Context, scope logs.Scope, name string) (*plan.Table, error) {
	t, err := s.catalog.LookupTable(ctx, scope, name)
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, fmt.Errorf("the lookup table '%s' %w", name, errNoTable)
	}
	if err != nil {
		return nil, err
	}
	return plan.ParseTable(t.Body)
}
