package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tailrace/internal/auth"
	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// openCatalog is OpenKeys for a server: a catalog that is damaged does not keep it from starting.
func (s *Server) openCatalog(ctx context.Context) (err error) {
	if err = snapshot.Find(s.config.Data); err == nil || errors.Is(err, snapshot.ErrNoStore) {
		s.catalog, s.keyring, err = openKeys(ctx, s.config.Data, sqlite.Options{Check: true})
	}
	if err == nil {
		if err = s.outdated(ctx); err != nil {
			err = errors.Join(err, s.catalog.Close())
		}
	}
	damaged, ok := errors.AsType[*sqlite.DamagedError](err)
	if !ok {
		return err
	}
	s.config.Logger.Error("the catalog is damaged: it is made anew from what can be read of it, the segments and the log", "file", damaged.File, "found", damaged.Err)
	if err := s.rebuildCatalog(ctx); err != nil {
		return errors.Join(err, damaged)
	}
	s.catalog, s.keyring, err = openKeys(ctx, s.config.Data, sqlite.Options{Check: true})
	return err
}

// outdated is a *sqlite.DamagedError if the catalog is older than the files: SQLite takes the state before a damaged page of its log
// for the last one.
func (s *Server) outdated(ctx context.Context) error {
	shown, err := storage.Outdated(ctx, vfs.OS(), s.config.Data, s.catalog, func() (catalog.SegmentID, uint64, error) {
		counters, err := s.catalog.Counters(ctx)
		at := map[string]uint64{}
		for _, c := range counters {
			at[c.Name] = c.Value
		}
		return catalog.SegmentID(at["segment"]), at["flushed"], err
	})
	if err != nil || shown == "" {
		return err
	}
	return &sqlite.DamagedError{File: filepath.Join(s.config.Data, CatalogFile), Err: errors.New("it is older than the files: " + shown)}
}

// rebuildCatalog makes the new one beside the damaged one and then puts it in its place, so that it can be interrupted.
func (s *Server) rebuildCatalog(ctx context.Context) error {
	data := s.config.Data
	file := filepath.Join(data, CatalogFile)
	lock, err := vfs.OS().Lock(filepath.Join(data, storage.LockFile))
	if err != nil {
		return fmt.Errorf("another server uses this directory: %w", err)
	}
	defer lock.Close()
	made, salvaged, err := sqlite.Salvage(ctx, file, file+".new")
	if err != nil {
		return err
	}
	var asOf uint64
	if salvaged.IsWhole("groups", "streams", "dropped_streams") {
		asOf = salvaged.Flushed
	}
	o := s.storeOptions()
	found, err := storage.Rebuild(ctx, o, made, asOf)
	if err == nil && !salvaged.IsWhole("access_keys") {
		err = s.shutOut(ctx, made)
	}
	if err = errors.Join(err, made.Close()); err != nil {
		return err
	}
	if err := sqlite.Replace(file, file+".new", filepath.Join(data, storage.QuarantineDir), time.Now().UTC().Format("20060102T150405")); err != nil {
		return err
	}
	s.config.Logger.Error("the catalog was made anew; the damaged one is in the quarantine",
		"tables_lost", salvaged.Lost, "rows_read", salvaged.Rows, "deleted_may_be_back", !found.Complete,
		"segments", found.Segments, "groups", found.Groups, "streams", found.Streams, "streams_without_name", found.Unnamed,
		"segments_superseded", found.Superseded, "segments_damaged", found.Damaged)
	return nil
}

// shutOut adds a key that nobody has: where keys were lost, a server without any would let everybody in.
func (s *Server) shutOut(ctx context.Context, made *sqlite.Catalog) error {
	keyring, err := auth.OpenKeyring(made, filepath.Join(s.config.Data, KeyFile), auth.KeyringOptions{Now: time.Now})
	if err != nil {
		return err
	}
	key, err := keyring.Create(ctx, "", "placeholder: keys were lost with the catalog; delete it when new ones are there")
	if err != nil {
		return err
	}
	s.config.Logger.Error("access keys were lost: nobody is let in until there is a new one", "command", "tailrace keys create --data "+s.config.Data)
	return keyring.Disable(ctx, key.AccessKeyID)
}
