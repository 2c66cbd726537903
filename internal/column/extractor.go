package column

import "tailrace/internal/leaf"

// Extractor reads fields from messages. It belongs to one goroutine.
type Extractor struct {
	reader *leaf.Reader
	values []leaf.Value
	room   []byte // texts that had escapes
}

// NewExtractor returns an extractor of the fields at some paths, which are different.
func NewExtractor(paths []string) *Extractor {
	return &Extractor{reader: leaf.Find(paths), values: make([]leaf.Value, len(paths))}
}

// Extract returns the values of the fields in the order of the paths. They are valid until the next call, and their texts as long as
// the message and until the next Reset.
func (x *Extractor) Extract(message []byte) []leaf.Value {
	clear(x.values)
	leaves, _ := x.reader.Read(message)
	for i := range leaves {
		x.values[leaves[i].Path], x.room = leaves[i].Value(x.room)
	}
	return x.values
}

// Append adds a row with the message's fields.
func (x *Extractor) Append(fields []Vector, message []byte) {
	for i, v := range x.Extract(message) {
		fields[i].Append(v)
	}
}

// Reset ends the texts that were given.
func (x *Extractor) Reset() { x.room = x.room[:0] }
