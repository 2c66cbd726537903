package catalog

import (
	"context"

	"tailrace/internal/logs"
)

// Group is a log group. Names are unique within a scope; IDs are unique for ever.
type Group struct {
	ID                 logs.GroupID
	Scope              logs.Scope
	Name               string
	Created            int64
	Class              string // STANDARD, INFREQUENT_ACCESS or DELIVERY
	RetentionDays      int32  // 0: events never expire
	KMSKeyID           string // empty: none
	DeletionProtection bool
}

// GroupQuery asks for groups of one scope in order of name (bytes), beginning after the name After.
type GroupQuery struct {
	Scope    logs.Scope
	Prefix   string // empty: any
	Contains string // case-sensitive substring; empty: any
	Class    string // empty: any
	After    string
	Limit    int // at least 1
}

// Groups keeps log groups and their tags.
type Groups interface {
	// CreateGroup adds g, giving it an ID, together with its tags. ErrExists if the scope has the name.
	CreateGroup(ctx context.Context, g Group, tags map[string]string) (Group, error)
	// Group finds a group by name, or ErrNotFound.
	Group(ctx context.Context, scope logs.Scope, name string) (Group, error)
	// GroupByID finds a group by id, or ErrNotFound.
	GroupByID(ctx context.Context, id logs.GroupID) (Group, error)
	// ListGroups returns at most q.Limit groups, fewer only if there are no more. A page by prefix costs the same however
	// many groups there are; Contains and Class read names in order until the page is full.
	ListGroups(ctx context.Context, q GroupQuery) ([]Group, error)
	// AllGroups returns every group of every scope in order of id; the engine asks at start and before it drops expired events.
	AllGroups(ctx context.Context) ([]Group, error)
	// SetRetention sets the days that events stay (0: for ever). ErrNotFound.
	SetRetention(ctx context.Context, id logs.GroupID, days int32) error
	// SetDeletionProtection switches deletion protection. ErrNotFound.
	SetDeletionProtection(ctx context.Context, id logs.GroupID, on bool) error
	// DeleteGroup removes the group and its tags at once; its streams are no longer found and their rows leave by
	// PurgeStreams. ErrNotFound.
	DeleteGroup(ctx context.Context, id logs.GroupID) error

	// GroupTags returns the tags, never nil. ErrNotFound.
	GroupTags(ctx context.Context, id logs.GroupID) (map[string]string, error)
	// TagGroup adds or overwrites tags. ErrTooManyTags if more than most would stand; ErrNotFound.
	TagGroup(ctx context.Context, id logs.GroupID, tags map[string]string, most int) error
	// UntagGroup removes keys; a key that is not there is no error. ErrNotFound.
	UntagGroup(ctx context.Context, id logs.GroupID, keys []string) error
}
