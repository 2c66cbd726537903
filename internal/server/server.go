// Package server assembles a Tailrace: it opens the catalog, the keys and the store in one directory, puts the APIs on one
// listener, and closes everything in order. It has no rules of its own but one: without keys it listens on loopback
// addresses only.
//
// A Server is used once: Open, Run. While Run opens the store, /healthz answers 200, /readyz 503, and the APIs answer
// ServiceUnavailableException.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"tailrace/internal/auth"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/storage"
)

// Names of what lies in the data directory beside the store's own.
const (
	CatalogFile = "catalog.db"
	KeyFile     = "keyfile"
)

// Server is one instance.
type Server struct {
	config   Config
	catalog  *sqlite.Catalog
	keyring  *auth.Keyring
	listener net.Listener
	metrics  *metrics
	handler  atomic.Pointer[http.Handler]
}

// Open checks the configuration, opens the catalog and the keys, and takes the address.
func Open(ctx context.Context, config Config) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Server{config: config, metrics: newMetrics()}
	var err error
	if s.catalog, s.keyring, err = OpenKeys(ctx, config.Data); err != nil {
		return nil, err
	}
	if err := s.listen(ctx); err != nil {
		return nil, errors.Join(err, s.catalog.Close())
	}
	s.serve(s.starting())
	return s, nil
}

// OpenKeys opens the part of a data directory that keys are kept in, making it if there is none. It works beside a running
// server.
func OpenKeys(ctx context.Context, data string) (*sqlite.Catalog, *auth.Keyring, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, nil, fmt.Errorf("data directory: %w", err)
	}
	cat, err := sqlite.Open(ctx, filepath.Join(data, CatalogFile), sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	keyring, err := auth.OpenKeyring(cat, filepath.Join(data, KeyFile), auth.KeyringOptions{Now: time.Now})
	if err != nil {
		return nil, nil, errors.Join(err, cat.Close())
	}
	return cat, keyring, nil
}

// listen takes the address, unless it can be reached from elsewhere and there are no keys.
func (s *Server) listen(ctx context.Context) error {
	has, err := s.keyring.HasKeys(ctx)
	if err != nil {
		return err
	}
	open := !has && !loopback(s.config.Listen)
	if open && !s.config.AllowAnonymous {
		return fmt.Errorf("--listen %s can be reached from other machines and there are no keys: create one with `tailrace keys create --data %s`, "+
			"listen on 127.0.0.1, or let everybody in with --allow-anonymous", s.config.Listen, s.config.Data)
	}
	if s.listener, err = net.Listen("tcp", s.config.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if open {
		s.config.Logger.Warn("EVERYBODY who can reach this address can read, write and delete: there are no keys and --allow-anonymous is set", "listen", s.Addr())
	}
	if s.config.TLSCert == "" {
		if !loopback(s.config.Listen) {
			s.config.Logger.Warn("requests and answers cross the network in clear text: set --tls-cert and --tls-key, or put a proxy with TLS before this", "listen", s.Addr())
		}
		return nil
	}
	certificate, err := auth.CertificateFiles(s.config.TLSCert, s.config.TLSKey, s.config.Logger, time.Now)
	if err != nil {
		return errors.Join(err, s.listener.Close())
	}
	s.listener = tls.NewListener(s.listener, &tls.Config{GetCertificate: certificate.GetCertificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	return nil
}

// Addr is the address that is listened on, host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

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
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          errorLog(s.config.Logger),
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(s.listener) }()
	engine, err := s.openStore(ctx)
	if err != nil {
		return errors.Join(err, web.Close(), s.catalog.Close())
	}
	s.serve(s.routes(engine))
	s.config.Logger.Info("ready", "endpoint", s.URL(), "data", s.config.Data)
	select {
	case err = <-ended: // the listener broke
	case <-ctx.Done():
		s.config.Logger.Info("stopping", "patience", s.config.ShutdownTimeout)
		err = s.drain(web)
	}
	return s.close(engine, err)
}

func (s *Server) serve(h http.Handler) { s.handler.Store(&h) }

// drain lets requests that have begun end, and breaks off those that take too long.
func (s *Server) drain(web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.ShutdownTimeout)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were broken off: %w", err), web.Close())
	}
	return nil
}

func (s *Server) close(engine *storage.Engine, err error) error {
	if err = errors.Join(err, engine.Close(), s.catalog.Close()); err != nil {
		return err
	}
	s.config.Logger.Info("stopped")
	return nil
}
