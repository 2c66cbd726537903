package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// session is one connection with its settings and the statements that were prepared on it, by text. The texts are
// constants of sqlcat, so there are some dozens of them.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// pragma is a setting of a connection; want, if not empty, is the answer that must come.
type pragma struct{ text, want string }

func openSession(ctx context.Context, db *sql.DB, settings []pragma) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range settings {
		if err := set(ctx, conn, p); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return &session{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

// setTries bounds how often a setting is tried that another process, which opens the same file now, is in the way of:
// SQLite's own busy timeout does not cover the change of journal.
const setTries = 200

func set(ctx context.Context, conn *sql.Conn, p pragma) error {
	for try := 1; ; try++ {
		var got sql.NullString
		err := conn.QueryRowContext(ctx, "PRAGMA "+p.text).Scan(&got)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case isBusy(err) && try < setTries:
			time.Sleep(10 * time.Millisecond)
			continue
		case err != nil:
			return fmt.Errorf("pragma %s: %w", p.text, err)
		case p.want != "" && got.String != p.want:
			return fmt.Errorf("pragma %s: got %q, want %q", p.text, got.String, p.want)
		}
		return nil
	}
}

// The writer checkpoints each time the log has 1,000 pages more; journalLimit is what a log that grew by a large
// transaction is cut to when it starts anew.
const journalLimit = 16 << 20

func writerPragmas(at place, o Options) []pragma {
	settings := sharedPragmas(o, o.CacheBytes/2)
	if at.inMemory() {
		return append(settings, pragma{text: "journal_mode = MEMORY", want: "memory"})
	}
	return append(settings,
		pragma{text: "journal_mode = WAL", want: "wal"},
		pragma{text: "synchronous = FULL"},
		pragma{text: "wal_autocheckpoint = 1000"},
		pragma{text: fmt.Sprintf("journal_size_limit = %d", journalLimit)})
}

func readerPragmas(_ place, o Options) []pragma {
	return append(sharedPragmas(o, o.CacheBytes/2/int64(o.Readers)), pragma{text: "query_only = ON"})
}

func sharedPragmas(o Options, cacheBytes int64) []pragma {
	return []pragma{
		{text: fmt.Sprintf("busy_timeout = %d", o.BusyTimeout.Milliseconds())},
		{text: fmt.Sprintf("cache_size = -%d", max(cacheBytes>>10, 256))},
		{text: "temp_store = MEMORY"},
		{text: "trusted_schema = OFF"},
		{text: "cell_size_check = ON"},
	}
}

func (s *session) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.prepared[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err == nil {
		s.prepared[query] = stmt
	}
	return stmt, err
}

// ExecContext implements sqlcat.Session.
func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext implements sqlcat.Session.
func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext implements sqlcat.Session.
func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.statement(ctx, query)
	if err != nil {
		// Only database/sql can make a Row that holds an error; it meets the same one.
		return s.conn.QueryRowContext(ctx, query, args...)
	}
	return stmt.QueryRowContext(ctx, args...)
}

func (s *session) close() error {
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}
