package server

import (
	"context"
	"fmt"
	"log"
	"time"

	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

type stdlog = log.Logger

// openStore opens the engine and tells what recovery found.
func (s *Server) openStore(ctx context.Context) (*storage.Engine, error) {
	begun := time.Now()
	options := storage.Options{
		FS: vfs.OS(), Dir: s.config.Data, Catalog: s.catalog, Now: time.Now, Logger: s.config.Logger,
		FlushBytes: s.config.FlushBytes, FlushAge: s.config.FlushAge, ReclaimEvery: s.config.ReclaimEvery,
		WAL: wal.Options{FileBytes: s.config.WALFileBytes, Interval: s.config.SyncInterval, OnSync: s.metrics.observeSync},
	}
	if s.config.Sync == "interval" {
		options.WAL.Sync = wal.SyncInterval
		s.config.Logger.Warn("a crash of the machine can lose acknowledged events: --sync=interval", "interval", s.config.SyncInterval)
	}
	engine, err := storage.Open(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("open store in %s: %w", s.config.Data, err)
	}
	s.config.Logger.Info("store is open", "took", time.Since(begun).Round(time.Millisecond))
	return engine, nil
}
