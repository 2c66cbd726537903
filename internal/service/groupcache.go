package service

import (
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// groupCacheSize bounds the groups that are remembered; a cache that is full starts anew.
const groupCacheSize = 10_000

// groupCache remembers groups by name, so that the path of an event asks the catalog nothing. It holds as long as all
// changes of groups go through one Service: each change forgets the group, after the catalog made it. It is safe for
// concurrent use.
type groupCache struct {
	mu      sync.RWMutex
	byName  map[groupKey]catalog.Group
	changes uint64
}

type groupKey struct {
	scope logs.Scope
	name  string
}

// find returns the group if it is remembered, and else the moment to hand to remember.
func (c *groupCache) find(key groupKey) (g catalog.Group, moment uint64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	g, ok = c.byName[key]
	return g, c.changes, ok
}

// remember keeps a group that was read after the moment, unless any group has changed in between: what was read may be
// from before that change.
func (c *groupCache) remember(g catalog.Group, moment uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != moment {
		return
	}
	if c.byName == nil || len(c.byName) >= groupCacheSize {
		c.byName = make(map[groupKey]catalog.Group)
	}
	c.byName[groupKey{g.Scope, g.Name}] = g
}

// forget drops what is known of a group. It is called after the catalog was asked for the change, whether that succeeded
// or not: a change whose answer was lost may have been made.
func (c *groupCache) forget(key groupKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byName, key)
	c.changes++
}
