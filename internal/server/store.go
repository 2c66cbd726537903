package server

import (
	"cmp"
	"time"

	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// storeOptions are the configuration in the store's terms.
func (s *Server) storeOptions() storage.Options {
	options := storage.Options{
		FS: vfs.OS(), Dir: s.config.Data, Catalog: s.catalog, Now: time.Now, Logger: s.config.Logger,
		FlushBytes: s.config.FlushBytes, FlushAge: s.config.FlushAge, ReclaimEvery: s.config.ReclaimEvery,
		ScrubRate: cmp.Or(s.config.ScrubRate, -1), ScrubEvery: s.config.ScrubEvery,
		Compaction: compaction.Options{FanOut: s.config.MergeFanOut},
		WAL:        wal.Options{FileBytes: s.config.WALFileBytes, Interval: s.config.SyncInterval, OnSync: s.metrics.observeSync},
	}
	if s.config.Sync == "interval" {
		options.WAL.Sync = wal.SyncInterval
		s.config.Logger.Warn("a crash of the machine can lose acknowledged events: --sync=interval", "interval", s.config.SyncInterval)
	}
	return options
}
