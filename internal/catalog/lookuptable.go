package catalog

import (
	"context"

	"tailrace/internal/logs"
)

// LookupTable is a table that queries look values up in. Its name is unique within the scope.
type LookupTable struct {
	Scope       logs.Scope
	Name        string
	Description string
	Body        []byte // CSV with a header; nil in listings
	Size        int64  // bytes of the body
	Fields      []string
	Records     int64
	Tags        map[string]string
	Updated     int64
}

// LookupTableQuery asks for tables of one scope in order of name, without their bodies.
type LookupTableQuery struct {
	Scope  logs.Scope
	Prefix string // of names; empty: any
	After  string // a name; empty: from the start
	Limit  int    // at least 1
}

// LookupTables keeps lookup tables.
type LookupTables interface {
	// CreateLookupTable adds t. ErrExists if the scope has the name, ErrTooMany if it has most already.
	CreateLookupTable(ctx context.Context, t LookupTable, most int) error
	// ReplaceLookupTable gives the table of the name another content and description; its tags stay. ErrNotFound.
	ReplaceLookupTable(ctx context.Context, t LookupTable) error
	// LookupTable returns one with its body. ErrNotFound.
	LookupTable(ctx context.Context, scope logs.Scope, name string) (LookupTable, error)
	// ListLookupTables returns at most q.Limit of them, fewer only if there are no more.
	ListLookupTables(ctx context.Context, q LookupTableQuery) ([]LookupTable, error)
	// DeleteLookupTable removes one. ErrNotFound.
	DeleteLookupTable(ctx context.Context, scope logs.Scope, name string) error
}
