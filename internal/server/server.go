// Package server assembles a Tailrace: it opens the catalog, the keys and the store in one directory, puts the APIs on one
// listener, and closes everything in order. It has no rules of its own but one: without keys it listens on loopback
// addresses only.
//
// A Server is used once: Open, then Run, which closes what Open opened. While Run opens the store, /healthz answers 200,
// /readyz 503, and the APIs answer ServiceUnavailableException.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"tailrace/internal/auth"
	"tailrace/internal/awsjson"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/query"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// Names of what lies in the data directory beside the store's own.
const (
	CatalogFile = storage.CatalogFile
	KeyFile     = storage.KeyFile
)

// queriesDir is where results of queries lie.
const queriesDir = "queries"

// writeTimeout bounds the time from a request's headers to the last byte of its answer, so that a client that does not read
// holds a connection for so long and no longer.
const writeTimeout = 5 * time.Minute

// Server is one instance.
type Server struct {
	config   Config
	catalog  *sqlite.Catalog
	keyring  *auth.Keyring
	listener net.Listener
	addr     net.Addr
	local    bool // only this machine reaches the listener
	metrics  *metrics
	handler  atomic.Pointer[http.Handler]
}

// Open checks the configuration, opens the catalog and the keys, and takes the address.
func Open(ctx context.Context, config Config) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config.Logger = slog.New(awsjson.LogHandler(config.Logger.Handler()))
	s := &Server{config: config, metrics: newMetrics()}
	if err := s.openCatalog(ctx); err != nil {
		return nil, err
	}
	if err := errors.Join(s.tellSealed(ctx), s.listen(ctx)); err != nil {
		return nil, errors.Join(err, s.catalog.Close())
	}
	s.serve(s.starting())
	return s, nil
}

// OpenKeys opens the part of a data directory that keys are kept in, making it if there is none. It works beside a running
// server.
func OpenKeys(ctx context.Context, data string) (*sqlite.Catalog, *auth.Keyring, error) {
	return openKeys(ctx, data, sqlite.Options{})
}

func openKeys(ctx context.Context, data string, o sqlite.Options) (*sqlite.Catalog, *auth.Keyring, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, nil, fmt.Errorf("data directory: %w", err)
	}
	if _, err := os.Stat(filepath.Join(data, storage.RestoringFile)); err == nil {
		return nil, nil, fmt.Errorf("restoring a backup into %s has not come to its end: wait for it, or empty the directory and run `tailrace restore` again", data)
	}
	cat, err := sqlite.Open(ctx, filepath.Join(data, CatalogFile), o)
	if err != nil {
		return nil, nil, err
	}
	keyring, err := auth.OpenKeyring(cat, filepath.Join(data, KeyFile), auth.KeyringOptions{Now: time.Now})
	if err != nil {
		return nil, nil, errors.Join(err, cat.Close())
	}
	return cat, keyring, nil
}

// tellSealed logs which keys are of no use.
func (s *Server) tellSealed(ctx context.Context) error {
	keys, err := s.keyring.List(ctx)
	for _, k := range keys {
		if k.Sealed {
			s.config.Logger.Error("another key file sealed this access key, so that it lets nobody in: put back DIR/keyfile of that time, or delete the key",
				"access_key", k.AccessKeyID, "keyfile", filepath.Join(s.config.Data, KeyFile))
		}
	}
	return err
}

// Addr is the address that is listened on, host:port.
func (s *Server) Addr() string { return s.addr.String() }

// URL is the endpoint for clients.
func (s *Server) URL() string {
	if s.config.TLSCert != "" {
		return "https://" + s.Addr()
	}
	return "http://" + s.Addr()
}

// Run opens the store and serves until ctx is done, then finishes what was begun and closes everything. It returns nil
// after a clean stop.
func (s *Server) Run(ctx context.Context) error {
	web := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }),
		ReadTimeout:       s.config.ReadTimeout,
		ReadHeaderTimeout: min(10*time.Second, s.config.ReadTimeout),
		WriteTimeout:      max(writeTimeout, 2*s.config.ReadTimeout),
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          errorLog(s.config.Logger),
	}
	var broken error
	ended := make(chan struct{})
	go func() {
		broken = web.Serve(s.listener)
		close(ended)
	}()
	engine, err := s.openStore(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = nil // told to stop before it had begun
		}
		err = errors.Join(err, web.Close())
		<-ended
		return s.close(err)
	}
	queries, err := s.openQueries()
	if err != nil {
		err = errors.Join(err, web.Close())
		<-ended
		return s.close(errors.Join(err, engine.Close()))
	}
	debug, err := s.debug()
	if err != nil {
		err = errors.Join(err, web.Close())
		<-ended
		return s.close(errors.Join(err, queries.Close(), engine.Close()))
	}
	defer debug.Close()
	s.serve(s.routes(engine, queries))
	s.config.Logger.Info("ready", "endpoint", s.URL(), "data", s.config.Data)
	select {
	case <-ended:
		err = errors.Join(broken, web.Close())
	case <-ctx.Done():
		s.config.Logger.Info("stopping", "patience", s.config.ShutdownTimeout)
		err = s.drain(web)
		<-ended
	}
	return s.close(errors.Join(err, queries.Close(), engine.Close()))
}

func (s *Server) serve(h http.Handler) { s.handler.Store(&h) }

// openStore opens the engine and tells how long that took and what had to be replayed.
func (s *Server) openStore(ctx context.Context) (*storage.Engine, error) {
	begun := time.Now()
	engine, err := storage.Open(ctx, s.storeOptions())
	if err != nil {
		return nil, err
	}
	s.config.Logger.Info("store is open", "took", time.Since(begun).Round(time.Millisecond), "replayed_events", engine.Stats().Recovery.Events)
	return engine, nil
}

// openQueries finds the results of earlier queries.
func (s *Server) openQueries() (*query.Jobs, error) {
	return query.Open(query.Options{
		FS: vfs.OS(), Dir: filepath.Join(s.config.Data, queriesDir), Now: time.Now, Logger: s.config.Logger,
		Slots: s.config.QuerySlots, Keep: s.config.QueryKeep, Observe: s.metrics.observeQuery,
	})
}

// drain lets requests that have begun end, and breaks off those that take too long.
func (s *Server) drain(web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were broken off: %w", err), web.Close())
	}
	return nil
}

// close ends what Open began; err is what went wrong before.
func (s *Server) close(err error) error {
	if err = errors.Join(err, s.catalog.Close()); err != nil {
		return err
	}
	s.config.Logger.Info("stopped")
	return nil
}
