package wal

import (
	"context"
	"fmt"
	"hash/crc32"
	"sync"
)

// waiter is one appender's record on its way through the log.
type waiter struct {
	payload   []byte
	crc       uint32
	apply     func(seq uint64)
	taken     bool // in a group: it can no longer be cancelled
	cancelled bool // nobody waits any more; the writer drops it
	seq       uint64
	err       error
	done      chan struct{} // receives one value when seq and err are set
}

// queue is where records wait for the writer.
type queue struct {
	mu      sync.Mutex
	waiting []*waiter
	closed  bool
	wake    chan struct{} // holds a value when there is something new to see
	unused  sync.Pool     // of waiters; the log's own, because their channels belong to those who use it
}

// waiter is a new or used one.
func (q *queue) waiter() *waiter {
	if w, ok := q.unused.Get().(*waiter); ok {
		return w
	}
	return &waiter{done: make(chan struct{}, 1)}
}

// release gives a waiter back that nobody refers to any more.
func (q *queue) release(w *waiter) {
	*w = waiter{done: w.done}
	q.unused.Put(w)
}

// Append stores a record and returns its sequence once it is durable (see SyncMode) and apply was called. The writer calls
// apply, which may be nil, in the order of sequences and before Append returns to any appender of the group; it must be
// quick and must not call the log. The payload must not change until Append returns; apply may keep it.
//
// A context that ends before the writer took the record withdraws it, and Append returns the context's error: the record is
// not stored. After that Append waits for the outcome, whatever the context does.
func (l *Log) Append(ctx context.Context, payload []byte, apply func(seq uint64)) (seq uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(payload) > MaxRecordBytes {
		return 0, fmt.Errorf("append %d bytes: %w", len(payload), ErrTooLarge)
	}
	w := l.queue.waiter()
	w.payload, w.apply, w.crc = payload, apply, crc32.Checksum(payload, castagnoli)
	if !l.queue.push(w) {
		l.queue.release(w)
		return 0, ErrClosed
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if l.queue.withdraw(w) {
			return 0, ctx.Err()
		}
		<-w.done
	}
	seq, err = w.seq, w.err
	l.queue.release(w)
	return seq, err
}

// push adds a record; false if the log is closed.
func (q *queue) push(w *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, w)
	q.signal()
	return true
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// withdraw takes a record back; false if the writer has it already.
func (q *queue) withdraw(w *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.taken {
		return false
	}
	w.cancelled = true
	w.payload, w.apply = nil, nil
	return true
}

// take moves the waiting records into group, up to so many bytes of payload but at least one record. It reports whether
// the log is closed.
func (q *queue) take(group []*waiter, maxBytes int64) ([]*waiter, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, bytes := 0, int64(0)
	for _, w := range q.waiting {
		if w.cancelled {
			n++
			q.release(w)
			continue
		}
		bytes += int64(len(w.payload))
		if len(group) > 0 && bytes > maxBytes {
			break
		}
		w.taken = true
		group = append(group, w)
		n++
	}
	rest := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[rest:])
	q.waiting = q.waiting[:rest]
	return group, q.closed
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}
