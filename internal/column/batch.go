// Package column holds a batch of events by column: the one type that passes from the storage engine to whoever reads
// events (the operations, and the query language).
package column

import (
	"slices"

	"tailrace/internal/logs"
)

// Columns is a set of columns that a reader asks for; what it does not need is not read. The zero set stands for all of
// them.
type Columns uint8

const (
	Count   Columns = 1 << iota // nothing but how many events there are
	Time                        // Batch.Time
	ID                          // Batch.ID
	Stream                      // Batch.Stream and Batch.StreamName
	Message                     // Batch.Message
	Rest                        // messages of events that have none of the leaves in Batch.Fields; those of others may be nil
)

// Has tells whether a column, or one of several, is wanted.
func (c Columns) Has(column Columns) bool { return c == 0 || c&column != 0 }

// Batch is a run of events, one per index, by column. All columns that were asked for have the same length, and the others
// are empty. A batch belongs to the scan that made it: it and every byte it points to are valid until the scan's next step,
// and who keeps anything copies it.
type Batch struct {
	Time       []int64 // epoch milliseconds
	ID         []logs.EventID
	Stream     []logs.StreamID
	StreamName []string // safe to keep
	Message    [][]byte
	Fields     []Vector // a vector a field that was asked for, in that order, then one a part
	n          int
}

// Len is the number of events.
func (b *Batch) Len() int { return b.n }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	b.n, b.Time, b.ID, b.Stream, b.StreamName = 0, b.Time[:0], b.ID[:0], b.Stream[:0], b.StreamName[:0]
	clear(b.Message)
	b.Message = b.Message[:0]
	for i := range b.Fields {
		b.Fields[i].Reset()
	}
}

// Append adds one event to a batch of all columns; message is not copied.
func (b *Batch) Append(id logs.EventID, stream logs.StreamID, name string, message []byte) {
	b.n++
	b.Time = append(b.Time, id.Timestamp)
	b.ID = append(b.ID, id)
	b.Stream = append(b.Stream, stream)
	b.StreamName = append(b.StreamName, name)
	b.Message = append(b.Message, message)
}

// Extend adds n events of one stream, with the columns of the set, and returns where the first of them is; their times, ids and
// messages, which are nil, are the caller's to fill in.
func (b *Batch) Extend(n int, stream logs.StreamID, name string, columns Columns) (at int) {
	at = b.n
	b.n += n
	if columns.Has(Time) {
		b.Time = slices.Grow(b.Time, n)[:at+n]
	}
	if columns.Has(ID) {
		b.ID = slices.Grow(b.ID, n)[:at+n]
	}
	if columns.Has(Stream) {
		b.Stream = slices.Grow(b.Stream, n)[:at+n]
		b.StreamName = slices.Grow(b.StreamName, n)[:at+n]
		for i := at; i < at+n; i++ {
			b.Stream[i], b.StreamName[i] = stream, name
		}
	}
	if columns.Has(Message | Rest) {
		b.Message = slices.Grow(b.Message, n)[:at+n]
		clear(b.Message[at:])
	}
	return at
}

// UseFields makes room for the vectors of n fields, which are empty.
func (b *Batch) UseFields(n int) {
	b.Fields = slices.Grow(b.Fields[:0], n)[:n]
	for i := range b.Fields {
		b.Fields[i].Reset()
	}
}
