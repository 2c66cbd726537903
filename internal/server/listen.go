package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"tailrace/internal/auth"
)

// listen takes the address, unless it can be reached from elsewhere and there are no keys.
func (s *Server) listen(ctx context.Context) error {
	address, err := net.ResolveTCPAddr("tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", s.config.Listen, err)
	}
	s.local = address.IP.IsLoopback()
	if err := s.checkExposure(ctx); err != nil {
		return err
	}
	certificate, err := s.certificate()
	if err != nil {
		return err
	}
	listener, err := net.ListenTCP("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("--listen %s: another program, perhaps another Tailrace, listens there: stop it, or choose another address with --listen", s.config.Listen)
	} else if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	s.listener, s.addr = listener, listener.Addr()
	if certificate != nil {
		s.listener = tls.NewListener(listener, &tls.Config{GetCertificate: certificate.GetCertificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	return nil
}

// checkExposure refuses to let strangers in by accident, and warns where somebody asked for it.
func (s *Server) checkExposure(ctx context.Context) error {
	if s.local {
		return nil
	}
	has, err := s.keyring.HasKeys(ctx)
	if err != nil {
		return err
	}
	log, listen := s.config.Logger, s.config.Listen
	switch {
	case !has && !s.config.AllowAnonymous:
		return fmt.Errorf("--listen %s can be reached from other machines and there are no keys: create one with `tailrace keys create --data %s`, "+
			"listen on 127.0.0.1, or let everybody in with --allow-anonymous", listen, s.config.Data)
	case !has:
		log.Warn("EVERYBODY who can reach this address can read, write and delete: there are no keys and --allow-anonymous is set", "listen", listen)
	case s.config.AllowAnonymous:
		log.Warn("everybody who can reach this address is let in once the last key is deleted: --allow-anonymous is set", "listen", listen)
	}
	if s.config.TLSCert == "" {
		log.Warn("requests and answers cross the network in clear text: set --tls-cert and --tls-key, or put a proxy with TLS before this", "listen", listen)
	}
	return nil
}

// certificate reads the files of TLS; nil without any.
func (s *Server) certificate() (*auth.Certificate, error) {
	if s.config.TLSCert == "" {
		return nil, nil
	}
	return auth.CertificateFiles(s.config.TLSCert, s.config.TLSKey, s.config.Logger, time.Now)
}
