package exec

import (
	"tailrace/internal/column"
	"tailrace/internal/insights/discover"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// content fills in fields that messages have by what they look like, where they have no such leaf.
type content struct {
	known    []int // the vectors of fields that are found so
	reader   *discover.Reader
	leaves   []int // the vectors of leaves
	fragment *discover.Fragment
	values   []value.Value
}

// newContent returns nil if the fields of a scan are none that content has.
func newContent(sources []plan.Source) *content {
	c := &content{values: make([]value.Value, len(sources))}
	var names, paths []string
	for i, source := range sources {
		if source.Content {
			c.known, names = append(c.known, i), append(names, source.Name)
		}
		if path := source.Leaf(); path != "" {
			c.leaves, paths = append(c.leaves, i), append(paths, path)
		}
	}
	if len(names)+len(paths) == 0 {
		return nil
	}
	c.reader, c.fragment = discover.NewReader(names), discover.NewFragment(paths)
	return c
}

// load fills in the vectors of a batch.
func (c *content) load(vectors []value.Vector, g *Group, b *column.Batch) {
	if len(c.leaves) > 0 && discover.HasFragments(g.Name) {
		c.fragment.Reset()
		for i, message := range b.Message {
			if c.lacks(vectors, i) {
				values := c.values[:len(c.leaves)]
				c.fragment.Read(message, values)
				fill(vectors, c.leaves, i, values)
			}
		}
	}
	if len(c.known) == 0 {
		return
	}
	for i, message := range b.Message {
		values := c.values[:len(c.known)]
		c.reader.Read(message, values)
		fill(vectors, c.known, i, values)
	}
}

// lacks tells whether a row has none of the leaves.
func (c *content) lacks(vectors []value.Vector, row int) bool {
	for _, at := range c.leaves {
		if !vectors[at].IsNull(row) {
			return false
		}
	}
	return true
}

// fill sets those of a row's fields that are null.
func fill(vectors []value.Vector, at []int, row int, values []value.Value) {
	for i, v := range values {
		if vector := &vectors[at[i]]; !v.IsNull() && vector.IsNull(row) {
			vector.Set(row, v)
		}
	}
}
