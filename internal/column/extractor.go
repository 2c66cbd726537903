package column

import "tailrace/internal/leaf"

// Parts are texts taken out of messages, fields like the leaves.
type Parts struct {
	Names []string // of each; no other parts have them, nor do leaves of the same query
	// Take puts the parts of a message in parts, which are nil: those that it lacks stay so. It is safe for concurrent use; parts
	// are of the message.
	Take func(message []byte, parts [][]byte)
}

// Len is how many fields they are, 0 of nil.
func (p *Parts) Len() int {
	if p == nil {
		return 0
	}
	return len(p.Names)
}

// Extractor reads fields from messages. It belongs to one goroutine.
type Extractor struct {
	reader *leaf.Reader // nil: no leaves
	leaves int
	take   func(message []byte, parts [][]byte) // nil: no parts
	parts  [][]byte
	values []leaf.Value
	room   []byte // texts that had escapes
}

// NewExtractor returns an extractor of the fields at some paths, which are different, and behind them of some parts, nil for none.
func NewExtractor(paths []string, parts *Parts) *Extractor {
	x := &Extractor{leaves: len(paths)}
	if len(paths) > 0 {
		x.reader = leaf.Find(paths)
	}
	if parts != nil {
		x.take, x.parts = parts.Take, make([][]byte, parts.Len())
	}
	x.values = make([]leaf.Value, x.leaves+len(x.parts))
	return x
}

// Extract returns the values of the fields in their order. They are valid until the next call, and their texts as long as
// the message and until the next Reset.
func (x *Extractor) Extract(message []byte) []leaf.Value {
	clear(x.values)
	if x.reader != nil {
		leaves, _ := x.reader.Read(message)
		for i := range leaves {
			x.values[leaves[i].Path], x.room = leaves[i].Value(x.room)
		}
	}
	if x.take != nil {
		x.extractParts(message)
	}
	return x.values
}

func (x *Extractor) extractParts(message []byte) {
	if message == nil {
		message = []byte{} // a part of it is empty, not missing
	}
	clear(x.parts)
	x.take(message, x.parts)
	for i, part := range x.parts {
		if part != nil {
			x.values[x.leaves+i] = leaf.Value{Kind: leaf.Text, Text: part}
		}
	}
}

// Append adds a row with the message's fields.
func (x *Extractor) Append(fields []Vector, message []byte) {
	for i, v := range x.Extract(message) {
		fields[i].Append(v)
	}
}

// Reset ends the texts that were given.
func (x *Extractor) Reset() { x.room = x.room[:0] }
