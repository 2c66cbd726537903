// Package column holds a batch of events by column: the one type that passes from the storage engine to whoever reads
// events (the operations, and the query language).
package column

import "tailrace/internal/logs"

// Batch is a run of events, one per index, by column. All columns have the same length. A batch belongs to the scan that
// made it: it and every byte it points to are valid until the scan's next step, and who keeps anything copies it.
type Batch struct {
	ID         []logs.EventID
	Stream     []logs.StreamID
	StreamName []string // safe to keep
	Message    [][]byte
}

// Len is the number of events.
func (b *Batch) Len() int { return len(b.ID) }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.ID, b.Stream, b.StreamName = b.ID[:0], b.Stream[:0], b.StreamName[:0]
	clear(b.Message)
	b.Message = b.Message[:0]
}

// Append adds one event; message is not copied.
func (b *Batch) Append(id logs.EventID, stream logs.StreamID, name string, message []byte) {
	b.ID = append(b.ID, id)
	b.Stream = append(b.Stream, stream)
	b.StreamName = append(b.StreamName, name)
	b.Message = append(b.Message, message)
}
