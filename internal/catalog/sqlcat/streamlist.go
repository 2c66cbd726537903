package sqlcat

import (
	"context"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
)

// The limits are sums, for SQLite compiles a statement anew when the value of a plain LIMIT parameter may have changed.
const (
	streamsOf = `SELECT ` + streamColumns + ` FROM streams WHERE group_id = $1 AND EXISTS (SELECT 1 FROM groups WHERE id = $1)`

	streamsByName            = streamsOf + ` AND name >= $2 ORDER BY name LIMIT $3 + 0`
	streamsByNameTo          = streamsOf + ` AND name >= $2 AND name < $3 ORDER BY name LIMIT $4 + 0`
	streamsByNameDown        = streamsOf + ` AND name >= $2 ORDER BY name DESC LIMIT $3 + 0`
	streamsByNameDownTo      = streamsOf + ` AND name >= $2 AND name < $3 ORDER BY name DESC LIMIT $4 + 0`
	streamsByLastEvent       = streamsOf + ` ORDER BY last_event, name LIMIT $2 + 0`
	streamsByLastEventAfter  = streamsOf + ` AND (last_event, name) > ($2, $3) ORDER BY last_event, name LIMIT $4 + 0`
	streamsByLastEventDown   = streamsOf + ` ORDER BY last_event DESC, name DESC LIMIT $2 + 0`
	streamsByLastEventBefore = streamsOf + ` AND (last_event, name) < ($2, $3) ORDER BY last_event DESC, name DESC LIMIT $4 + 0`
)

var errPrefixOrder = errors.New("a prefix goes with the order of names only")

// ListStreams implements catalog.Streams.
func (c *Catalog) ListStreams(ctx context.Context, q catalog.StreamQuery) (page []catalog.Stream, err error) {
	if q.Order != catalog.ByName && q.Prefix != "" {
		return nil, fmt.Errorf("list streams: %w", errPrefixOrder)
	}
	query, args := streamListing(q)
	if query == "" || q.Limit < 1 {
		return nil, nil
	}
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		ctx = context.WithoutCancel(ctx) // a page is short, and watching for its end costs more than it
		page, err = collect(ctx, s, min(q.Limit, 64), scanStream, query, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list streams: %w", err)
	}
	return page, nil
}

// streamListing gives the statement for q; it is empty if nothing can be on the page.
func streamListing(q catalog.StreamQuery) (query string, args []any) {
	if q.Order == catalog.ByName {
		return listingByName(q)
	}
	switch {
	case q.After == nil && q.Descending:
		return streamsByLastEventDown, []any{int64(q.Group), q.Limit}
	case q.After == nil:
		return streamsByLastEvent, []any{int64(q.Group), q.Limit}
	}
	args = []any{int64(q.Group), q.After.LastEvent, []byte(q.After.Name), q.Limit}
	if q.Descending {
		return streamsByLastEventBefore, args
	}
	return streamsByLastEventAfter, args
}

func listingByName(q catalog.StreamQuery) (query string, args []any) {
	names := prefixSpan(q.Prefix)
	switch {
	case q.After != nil && q.Descending:
		names = names.below(q.After.Name)
	case q.After != nil:
		names = names.above(q.After.Name)
	}
	if names.isEmpty() {
		return "", nil
	}
	if names.to == nil {
		args = []any{int64(q.Group), names.from, q.Limit}
		if q.Descending {
			return streamsByNameDown, args
		}
		return streamsByName, args
	}
	args = []any{int64(q.Group), names.from, names.to, q.Limit}
	if q.Descending {
		return streamsByNameDownTo, args
	}
	return streamsByNameTo, args
}
