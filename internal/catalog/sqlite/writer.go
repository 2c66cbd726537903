package sqlite

import (
	"context"
	"sync/atomic"

	"tailrace/internal/catalog/sqlcat"
)

// batchWrites bounds the writes of one transaction, and with it how long the first of them waits for the last.
const batchWrites = 512

// writer is the goroutine that makes all changes.
type writer struct {
	session *session
	store   *store
	log     *walFile
	queue   chan *write
	stopped chan struct{}

	commits, writes atomic.Int64
}

// write is one caller's change. Whoever sets taken first, writer or caller, decides whether it is made.
type write struct {
	work  sqlcat.Work
	taken atomic.Bool
	err   error
	done  chan struct{}
}

func newWriter(session *session, store *store, file string) *writer {
	return &writer{
		session: session, store: store, log: newWALFile(file),
		queue: make(chan *write, batchWrites), stopped: make(chan struct{}),
	}
}

// do queues work and waits until it is durable or refused. When ctx ends before the writer took the work, it is not done;
// after that do waits for its end.
func (w *writer) do(ctx context.Context, work sqlcat.Work) error {
	change := &write{work: work, done: make(chan struct{})}
	select {
	case w.queue <- change:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-change.done:
		return change.err
	case <-ctx.Done():
		if change.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-change.done
		return change.err
	}
}

func (w *writer) run() {
	defer close(w.stopped)
	for first := range w.queue {
		batch := w.gather(first)
		w.answer(batch, w.commit(context.Background(), batch))
		w.log.bound(context.Background(), w.session)
	}
}

// answer wakes the callers; err is everybody's.
func (w *writer) answer(batch []*write, err error) {
	if err == nil && len(batch) > 0 {
		w.commits.Add(1)
		w.writes.Add(int64(len(batch)))
	}
	for _, change := range batch {
		if err != nil {
			change.err = err
		}
		close(change.done)
	}
}

// gather takes what waits, first at the head, without what its callers gave up.
func (w *writer) gather(first *write) []*write {
	var batch []*write
	take := func(change *write) {
		if change.taken.CompareAndSwap(false, true) {
			batch = append(batch, change)
		}
	}
	take(first)
	for len(batch) < batchWrites {
		select {
		case change, ok := <-w.queue:
			if !ok {
				return batch
			}
			take(change)
		default:
			return batch
		}
	}
	return batch
}

// commit makes the changes in one transaction. Its error is everybody's: nothing was changed. A change's own error says
// that this one was not made.
func (w *writer) commit(ctx context.Context, batch []*write) error {
	if len(batch) == 0 {
		return nil
	}
	if w.store.memory {
		w.store.turn.Lock()
		defer w.store.turn.Unlock()
	}
	err := w.transact(ctx, batch)
	if err != nil {
		// SQLite has ended the transaction by itself after some failures; then there is nothing to roll back.
		_, _ = w.session.ExecContext(ctx, "ROLLBACK")
	}
	return unavailable(err)
}

func (w *writer) transact(ctx context.Context, batch []*write) error {
	if _, err := w.session.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, change := range batch {
		if err := w.apply(ctx, change); err != nil {
			return err
		}
	}
	_, err := w.session.ExecContext(ctx, "COMMIT")
	return err
}

// apply makes one change inside a savepoint. It returns failures only, which end the whole transaction.
func (w *writer) apply(ctx context.Context, change *write) error {
	if _, err := w.session.ExecContext(ctx, "SAVEPOINT change"); err != nil {
		return err
	}
	change.err = change.work(ctx, w.session)
	if isFailure(change.err) {
		return change.err
	}
	if change.err != nil {
		if _, err := w.session.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
			return err
		}
	}
	_, err := w.session.ExecContext(ctx, "RELEASE change")
	return err
}

// close waits for what is queued and ends the goroutine. Nobody may call do any more.
func (w *writer) close() error {
	close(w.queue)
	<-w.stopped
	return w.session.close()
}
