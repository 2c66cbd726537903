package discover

import (
	"bytes"
	"strings"

	"tailrace/internal/insights/value"
	"tailrace/internal/leaf"
)

// HasFragments tells whether a group is one of a Lambda function: its lines may have a JSON object inside, whose leaves are fields.
func HasFragments(group string) bool { return strings.HasPrefix(group, "/aws/lambda/") }

// Fragment reads the leaves of the first JSON object inside of lines; if the first brace begins none, there is none. It belongs
// to one goroutine.
type Fragment struct {
	reader *leaf.Reader
	room   []byte
}

// NewFragment returns a reader of the leaves at some paths, which are different.
func NewFragment(paths []string) *Fragment { return &Fragment{reader: leaf.Find(paths)} }

// Read puts the leaves of a line's object in out, in the order of the paths; those that it lacks are null. Values are valid as
// long as the message and until Reset.
func (f *Fragment) Read(message []byte, out []value.Value) {
	clear(out)
	at := bytes.IndexByte(message, '{')
	if at < 0 {
		return
	}
	leaves, _ := f.reader.ReadPrefix(message[at:])
	for i := range leaves {
		var v leaf.Value
		v, f.room = leaves[i].Value(f.room)
		out[leaves[i].Path] = value.FromLeaf(v)
	}
}

// Reset ends the values that were given.
func (f *Fragment) Reset() { f.room = f.room[:0] }
