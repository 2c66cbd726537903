package segment

import "tailrace/internal/logs"

// Skip passes over that at which Next failed: a caller that can do without it calls Next again after that. It is a block,
// or mere filters of some, whose blocks are read then.
func (c *Cursor) Skip() {
	if c.filters.failed || c.fields.failed {
		c.filters.failed, c.fields.failed = false, false
		return
	}
	if len(c.runs) == 0 || !c.entered || c.from >= c.to {
		return
	}
	c.step()
}

// NarrowBefore ends the ids that the cursor is about before id. Blocks and runs that it has not come to yet are left out
// where id excludes them; it may still give later events of the run that it stands in.
func (c *Cursor) NarrowBefore(id logs.EventID) {
	if id.Less(c.span.to) {
		c.span.to = id
	}
}

// NarrowAfter begins the ids that the cursor is about behind id, as NarrowBefore ends them.
func (c *Cursor) NarrowAfter(id logs.EventID) {
	if after, ok := id.Next(); !ok {
		c.span = span{}
	} else if c.span.from.Less(after) {
		c.span.from = after
	}
}
