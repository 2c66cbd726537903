// Package crash kills the real binary under load and compares what it kept with what it acknowledged.
package crash

import "sync"

// outcome is what a client knows of a batch that it sent.
type outcome int

const (
	unknown      outcome = iota // no answer came: there whole, or not at all
	acknowledged                // answered with success: there, once
	refused                     // answered with an error: not there
)

// batch is one PutLogEvents: the message of event i is "<name>#<i>".
type batch struct {
	name   string
	group  string
	stream string
	first  int64 // event time of the first, ms; one more for each that follows
	size   int
	outcome
}

// ledger is everything that was sent.
type ledger struct {
	mu      sync.Mutex
	batches []batch
	streams map[string]outcome // "group\x00stream"
}

func newLedger() *ledger { return &ledger{streams: map[string]outcome{}} }

func (l *ledger) put(b batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, b)
}

func (l *ledger) created(group, stream string, o outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.streams[group+"\x00"+stream] = o
}
