package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// checkMost bounds what Check tells.
const checkMost = 100

// Check reads a database file, beside processes that have it open or without any, and tells what SQLite finds wrong with it:
// pages, rows, and indexes that do not say what their tables say. Nothing: it is sound.
func Check(ctx context.Context, file string) (found []string, err error) {
	err = inspect(ctx, file, func(conn *sql.Conn) error {
		rows, err := conn.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", checkMost))
		if err != nil {
			return err
		}
		found, err = texts(rows)
		return err
	})
	if err = damaged(file, err); err != nil {
		if d, ok := errors.AsType[*DamagedError](err); ok {
			return append(found, d.Err.Error()), nil
		}
		return found, fmt.Errorf("check catalog %s: %w", file, err)
	}
	return slices.DeleteFunc(found, func(s string) bool { return s == "ok" }), nil
}

func texts(rows *sql.Rows) (all []string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return all, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}
