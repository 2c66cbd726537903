package storage

import (
	"sync"

	"tailrace/internal/column"
)

// batches keeps the memory of batches from one scan to the next: a page of a hundred events would make a hundred kilobytes
// of garbage to grow its own.
var batches = sync.Pool{New: func() any { return new(column.Batch) }}

// keepBatch bounds the events of a batch that waits for the next scan: 80 bytes each.
const keepBatch = 16 << 10

func takeBatch() *column.Batch { return batches.Get().(*column.Batch) }

// giveBatch takes back a batch that nobody reads any more.
func giveBatch(b *column.Batch) {
	if cap(b.ID) > keepBatch {
		return
	}
	b.Reset()
	batches.Put(b)
}
