package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writePair writes a self-signed certificate of that name, and its key, into dir.
func writePair(t *testing.T, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// TestTLS: requests arrive over TLS, and a changed certificate is taken without a restart.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	r := start(t, func(c *Config) { c.TLSCert, c.TLSKey = writePair(t, dir, "first") })
	if !strings.HasPrefix(r.URL(), "https://127.0.0.1:") {
		t.Fatalf("URL %s", r.URL())
	}
	var presented string
	r.client.Transport = &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // the test looks at the certificate itself
		VerifyConnection: func(state tls.ConnectionState) error {
			presented = state.PeerCertificates[0].Subject.CommonName
			return nil
		},
	}}
	if got := r.call("DescribeLogGroups", "{}"); got.status != 200 || presented != "first" {
		t.Fatalf("%+v with certificate %q", got, presented)
	}
	writePair(t, dir, "second, of another length")
	eventually(t, "the new certificate", func() bool {
		r.get("/healthz")
		return presented == "second, of another length"
	})
}

func TestTLSFilesMissing(t *testing.T) {
	config, _ := testConfig(t)
	config.TLSCert, config.TLSKey = "no/cert.pem", "no/key.pem"
	if _, err := Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), "no/cert.pem") {
		t.Errorf("got %v", err)
	}
}
