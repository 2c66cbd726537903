package service

import (
	"fmt"
	"testing"

	"tailrace/internal/catalog"
)

func TestGroupCache(t *testing.T) {
	var c groupCache
	old := catalog.Group{ID: 1, Scope: testScope, Name: "g", RetentionDays: 1}
	key := groupKey{testScope, "g"}
	if _, _, ok := c.find(key); ok {
		t.Fatal("an empty cache knows a group")
	}
	_, moment, _ := c.find(key)
	c.remember(old, moment)
	if g, _, ok := c.find(key); !ok || g != old {
		t.Fatalf("%+v, %v", g, ok)
	}
	c.forget(key)
	if _, _, ok := c.find(key); ok {
		t.Fatal("a forgotten group is known")
	}
}

// A reader that read the catalog before a change must not put its old row in after it.
func TestGroupCacheKeepsNothingFromBeforeAChange(t *testing.T) {
	var c groupCache
	key := groupKey{testScope, "g"}
	_, moment, _ := c.find(key)
	c.forget(key)
	c.remember(catalog.Group{Scope: testScope, Name: "g"}, moment)
	if g, _, ok := c.find(key); ok {
		t.Fatalf("%+v was read before the change", g)
	}
}

func TestGroupCacheIsBounded(t *testing.T) {
	var c groupCache
	for i := range 2*groupCacheSize + 1 {
		c.remember(catalog.Group{Scope: testScope, Name: fmt.Sprint(i)}, 0)
		if len(c.byName) > groupCacheSize {
			t.Fatalf("%d groups", len(c.byName))
		}
	}
}
