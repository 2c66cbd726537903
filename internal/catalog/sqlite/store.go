package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
)

var errClosed = fmt.Errorf("%w: closed", catalog.ErrUnavailable)

// store is the sqlcat.Store over one database.
type store struct {
	db      *sql.DB
	readers chan *session // those that are free
	writer  *writer

	gate   sync.RWMutex // held while work runs; Close takes it whole
	closed bool

	// A memory database has no write-ahead log: its readers and its writer take turns, here rather than by the busy
	// handler, which sleeps.
	memory bool
	turn   sync.RWMutex
}

func (s *store) startWriter(w *writer) {
	s.writer = w
	go w.run()
}

// Read implements sqlcat.Store.
func (s *store) Read(ctx context.Context, work sqlcat.Work) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return errClosed
	}
	select {
	case r := <-s.readers:
		defer func() { s.readers <- r }()
		if s.memory {
			s.turn.RLock()
			defer s.turn.RUnlock()
		}
		return readError(ctx, work(ctx, r))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readError gives the context's reason where SQLite says that it was interrupted.
func readError(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return unavailable(err)
}

// Write implements sqlcat.Store.
func (s *store) Write(ctx context.Context, work sqlcat.Work) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return errClosed
	}
	return s.writer.do(ctx, work)
}

// Close implements sqlcat.Store. A second Close does nothing.
func (s *store) Close() error {
	s.gate.Lock()
	defer s.gate.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	for range cap(s.readers) {
		errs = append(errs, (<-s.readers).close())
	}
	errs = append(errs, s.writer.close(), s.db.Close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close catalog: %w", err)
	}
	return nil
}
