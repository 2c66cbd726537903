package catalog

import (
	"context"
	"errors"

	"tailrace/internal/logs"
)

// ErrTooMany says that a scope has as many of a kind as it may; nothing was changed.
var ErrTooMany = errors.New("too many of them")

// QueryDefinition is a saved query. Its ID is unique within the scope, its name need not be.
type QueryDefinition struct {
	Scope      logs.Scope
	ID         string
	Name       string
	Language   string
	Text       string
	Groups     []string
	Parameters []QueryParameter
	Modified   int64
}

// QueryParameter is a place in a saved query that whoever runs it fills in.
type QueryParameter struct {
	Name        string
	Default     *string // nil: none
	Description *string // nil: none
}

// QueryDefinitionQuery asks for saved queries of one scope in order of name, then id, beginning behind a name and id.
type QueryDefinitionQuery struct {
	Scope     logs.Scope
	Prefix    string // of names; empty: any
	Language  string // empty: any
	AfterName string // with AfterID; empty: from the start
	AfterID   string
	Limit     int // at least 1
}

// QueryDefinitions keeps saved queries.
type QueryDefinitions interface {
	// CreateQueryDefinition adds d. ErrExists if the scope has the id, ErrTooMany if it has most already.
	CreateQueryDefinition(ctx context.Context, d QueryDefinition, most int) error
	// ReplaceQueryDefinition puts d in the place of the one with its id. ErrNotFound.
	ReplaceQueryDefinition(ctx context.Context, d QueryDefinition) error
	// ListQueryDefinitions returns at most q.Limit of them, fewer only if there are no more.
	ListQueryDefinitions(ctx context.Context, q QueryDefinitionQuery) ([]QueryDefinition, error)
	// DeleteQueryDefinition removes one. ErrNotFound.
	DeleteQueryDefinition(ctx context.Context, scope logs.Scope, id string) error
}
