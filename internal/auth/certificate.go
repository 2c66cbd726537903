package auth

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a certificate and its key, read again when their files change.
type Certificate struct {
	certFile, keyFile string
	logger            *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	checked time.Time
	seen    [2]fileState
	pair    *tls.Certificate
}

// fileState is what a changed file is told by.
type fileState struct {
	modified time.Time
	size     int64
}

// CertificateFiles reads a certificate chain and its key, both PEM. Later changes of the files are noticed at a handshake,
// by their times and sizes, looked at once a second at most; a pair that does not load is logged and the old one stays.
func CertificateFiles(certFile, keyFile string, logger *slog.Logger, now func() time.Time) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, logger: logger, now: now, checked: now()}
	var err error
	if c.seen, err = c.stat(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if c.pair, err = c.load(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return c, nil
}

// GetCertificate is for tls.Config.
func (c *Certificate) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= time.Second {
		c.checked = now
		c.reload()
	}
	return c.pair, nil
}

// reload takes a changed pair. What it saw before reading is what it remembers: a file that is still being written then
// changes once more, and is read once more.
func (c *Certificate) reload() {
	seen, err := c.stat()
	if err == nil && seen == c.seen {
		return
	}
	var pair *tls.Certificate
	if err == nil {
		pair, err = c.load()
	}
	if err != nil {
		if seen != c.seen {
			c.logger.Error("certificate not reloaded, the old one stays", "cert", c.certFile, "key", c.keyFile, "error", err)
		}
		c.seen = seen
		return
	}
	c.seen, c.pair = seen, pair
	c.logger.Info("certificate reloaded", "cert", c.certFile)
}

func (c *Certificate) stat() (seen [2]fileState, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return [2]fileState{}, err
		}
		seen[i] = fileState{info.ModTime(), info.Size()}
	}
	return seen, nil
}

func (c *Certificate) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, err
	}
	return &pair, nil
}
