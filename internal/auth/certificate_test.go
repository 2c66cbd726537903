package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePair writes a self-signed certificate with a serial number, and its key.
func writePair(t *testing.T, certFile, keyFile string, serial int64, modified time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), modified)
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), modified)
}

func write(t *testing.T, name string, content []byte, modified time.Time) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, modified, modified); err != nil {
		t.Fatal(err)
	}
}

func serial(t *testing.T, c *Certificate) int64 {
	t.Helper()
	pair, err := c.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf.SerialNumber.Int64()
}

func TestCertificateFiles(t *testing.T) {
	dir, clock, log := t.TempDir(), newClock(), &bytes.Buffer{}
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := CertificateFiles(cert, key, slog.New(slog.NewTextHandler(log, nil)), clock.now); err == nil {
		t.Fatal("no files, no error")
	}
	writePair(t, cert, key, 1, clock.Time)
	c, err := CertificateFiles(cert, key, slog.New(slog.NewTextHandler(log, nil)), clock.now)
	if err != nil || serial(t, c) != 1 {
		t.Fatal(err)
	}

	writePair(t, cert, key, 2, clock.Add(time.Hour))
	if got := serial(t, c); got != 1 {
		t.Errorf("looked at within the second: %d", got)
	}
	clock.advance(time.Second)
	if got := serial(t, c); got != 2 {
		t.Errorf("not reloaded: %d", got)
	}

	// A bad pair is told of once, however often it is looked at.
	write(t, key, []byte("half a fi"), clock.Add(2*time.Hour))
	for range 3 {
		clock.advance(time.Second)
		if got := serial(t, c); got != 2 {
			t.Errorf("a bad pair took the place: %d", got)
		}
	}
	if got := strings.Count(log.String(), "level=ERROR"); got != 1 {
		t.Errorf("%d complaints:\n%s", got, log)
	}

	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		clock.advance(time.Second)
		if got := serial(t, c); got != 2 {
			t.Errorf("missing files took the place: %d", got)
		}
	}
	if got := strings.Count(log.String(), "level=ERROR"); got != 2 {
		t.Errorf("%d complaints:\n%s", got, log)
	}

	writePair(t, cert, key, 3, clock.Add(3*time.Hour))
	clock.advance(time.Second)
	if got := serial(t, c); got != 3 {
		t.Errorf("not reloaded: %d", got)
	}
}
