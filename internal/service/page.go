package service

import "tailrace/internal/logs"

// Bounds of a page of events (cloudwatch-logs.md §6, §7). Sizes count logs.EventOverhead for each event.
const (
	maxPageEvents = 10_000
	maxPageBytes  = 1 << 20
)

// pageRoom measures a page while it fills. The largest event fits into an empty page, so that every walk advances.
type pageRoom struct{ events, bytes int }

func newPageRoom(limit int32) pageRoom { return pageRoom{events: int(limit), bytes: maxPageBytes} }

// take makes room for a message; false if the page is full.
func (r *pageRoom) take(message []byte) bool {
	size := len(message) + logs.EventOverhead
	if r.events == 0 || size > r.bytes {
		return false
	}
	r.events--
	r.bytes -= size
	return true
}

// reserve is about how many events more the page will have if all are like these, which were not taken yet: what a list is to
// have room for so that it seldom grows, and is not much larger than what is there.
func (r *pageRoom) reserve(messages [][]byte) int {
	size := 0
	for _, m := range messages {
		size += len(m) + logs.EventOverhead
	}
	return min(r.events, 8*len(messages), r.bytes*len(messages)/size+1)
}

// arena copies texts that outlive the scan's step into few allocations, each twice as large as the one before.
type arena struct{ free []byte }

const (
	arenaFirst = 1 << 10
	arenaMost  = 256 << 10
)

// copy returns a copy of text that nothing else is written to.
func (a *arena) copy(text []byte) []byte {
	if len(text) > cap(a.free)-len(a.free) {
		a.free = make([]byte, 0, max(arenaFirst, min(2*cap(a.free), arenaMost), len(text)))
	}
	from := len(a.free)
	a.free = append(a.free, text...)
	return a.free[from:len(a.free):len(a.free)]
}

// eventID returns a printed id.
func (a *arena) eventID(id logs.EventID) []byte {
	var text [logs.MaxEventIDDigits]byte
	return a.copy(id.Append(text[:0]))
}
