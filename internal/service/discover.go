package service

import (
	"bytes"
	"strings"

	"tailrace/internal/catalog"
	"tailrace/internal/insights/discover"
	"tailrace/internal/insights/value"
	"tailrace/internal/leaf"
)

// fieldReader finds all fields that queries find in the messages of a group. It belongs to one goroutine.
type fieldReader struct {
	leaves    *leaf.Reader
	fragments bool // a message may have its JSON object inside
	content   *discover.Reader
	names     []string // of content
	values    []value.Value
}

// newFieldReader returns a reader that knows up to most leaves of all messages.
func newFieldReader(g catalog.Group, most int) *fieldReader {
	names := discover.Names()
	return &fieldReader{leaf.Discover(nil, most), discover.HasFragments(g.Name), discover.NewReader(names), names, make([]value.Value, len(names))}
}

// read calls found with the fields of a message that are not null; values are valid during the call. Where a name has two values,
// the leaf of a message that is JSON comes first.
func (r *fieldReader) read(message []byte, found func(name string, v value.Value)) {
	leaves, ok := r.leaves.Read(message)
	if at := bytes.IndexByte(message, '{'); !ok && r.fragments && at >= 0 {
		leaves, _ = r.leaves.ReadPrefix(message[at:])
	}
	if !ok {
		r.content.Read(message, r.values)
		for i, v := range r.values {
			if !v.IsNull() {
				found(r.names[i], v)
			}
		}
	}
	for i := range leaves {
		if leaves[i].Path < 0 {
			continue
		}
		x, _ := leaves[i].Value(nil)
		if v := value.FromLeaf(x); !v.IsNull() {
			found(fieldName(r.leaves.Paths()[leaves[i].Path]), v)
		}
	}
}

// fieldName is the name in queries of a leaf: one that begins with @ has one more (cloudwatch-logs.md §16.2).
func fieldName(path string) string {
	if strings.HasPrefix(path, "@") {
		return "@" + path
	}
	return path
}
