package sqlcat

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// ErrNewer says that a newer program made the database's tables; this one must not touch them.
var ErrNewer = errors.New("written by a newer version of tailrace")

// Migrate brings the tables to the newest version, from whatever version they have, none at all included. It is to run
// inside one transaction that holds the database's write lock. A version that this program does not know is ErrNewer. The
// statements of a file end with a semicolon at the end of a line.
func Migrate(ctx context.Context, s Session, d Dialect) error {
	return migrate(ctx, s, d, schemaFiles)
}

func migrate(ctx context.Context, s Session, d Dialect, files fs.FS) error {
	steps, err := fs.Glob(files, "schema/*.sql")
	if err != nil {
		return err
	}
	have, err := schemaVersion(ctx, s)
	if err != nil {
		return err
	}
	if have > len(steps) {
		return fmt.Errorf("schema version %d, known are versions up to %d: %w", have, len(steps), ErrNewer)
	}
	for version := have + 1; version <= len(steps); version++ {
		if err := step(ctx, s, d, files, steps[version-1], version); err != nil {
			return fmt.Errorf("schema version %d: %w", version, err)
		}
	}
	return nil
}

// schemaVersion reads the version, making its table where there is none. 0 is a new database.
func schemaVersion(ctx context.Context, s Session) (version int, err error) {
	if _, err := s.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)`); err != nil {
		return 0, err
	}
	err = s.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&version)
	return version, err
}

func step(ctx context.Context, s Session, d Dialect, files fs.FS, name string, version int) error {
	if want := fmt.Sprintf("schema/%04d_", version); !strings.HasPrefix(name, want) {
		return fmt.Errorf("file %s: want a name that begins with %s", name, want)
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	for statement := range strings.SplitSeq(d.schema(string(text)), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := s.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	_, err = s.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES ($1)`, version)
	return err
}
