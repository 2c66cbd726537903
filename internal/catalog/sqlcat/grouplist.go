package sqlcat

import (
	"context"
	"fmt"

	"tailrace/internal/catalog"
)

// groupListing is what a statement for ListGroups depends on.
type groupListing struct{ bounded, contains, class bool }

// groupListings makes the statement for every kind of listing; its limit is a sum as those of streams are. Names come in order of their index, which holds the name
// itself, so a listing with Contains reads a row only where the name matches.
func groupListings(d Dialect) map[groupListing]string {
	all := map[groupListing]string{}
	for i := range 8 {
		l := groupListing{bounded: i&1 != 0, contains: i&2 != 0, class: i&4 != 0}
		text := `SELECT ` + groupColumns + ` FROM groups WHERE account = $1 AND region = $2 AND name >= $3`
		at := 4
		add := func(when bool, condition func(arg string) string) {
			if when {
				text += ` AND ` + condition(fmt.Sprintf("$%d", at))
				at++
			}
		}
		add(l.bounded, func(arg string) string { return `name < ` + arg })
		add(l.contains, func(arg string) string { return d.contains(`name`, arg) })
		add(l.class, func(arg string) string { return `class = ` + arg })
		all[l] = text + fmt.Sprintf(" ORDER BY name LIMIT $%d + 0", at)
	}
	return all
}

// ListGroups implements catalog.Groups. With Prefix it reads the page's rows only; with Contains or Class it reads names
// in order until the page is full, at worst all names of the scope.
func (c *Catalog) ListGroups(ctx context.Context, q catalog.GroupQuery) (page []catalog.Group, err error) {
	names := prefixSpan(q.Prefix)
	if q.After != "" {
		names = names.above(q.After)
	}
	if names.isEmpty() || q.Limit < 1 {
		return nil, nil
	}
	listing := groupListing{bounded: names.to != nil, contains: q.Contains != "", class: q.Class != ""}
	args := []any{q.Scope.Account, q.Scope.Region, names.from}
	if listing.bounded {
		args = append(args, names.to)
	}
	if listing.contains {
		args = append(args, []byte(q.Contains))
	}
	if listing.class {
		args = append(args, q.Class)
	}
	args = append(args, q.Limit)
	err = c.store.Read(ctx, func(ctx context.Context, s Session) error {
		page, err = collect(ctx, s, min(q.Limit, 64), scanGroup, c.text.listGroups[listing], args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", err)
	}
	return page, nil
}
