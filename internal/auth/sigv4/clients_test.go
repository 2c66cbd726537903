package sigv4_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tailrace/internal/auth/sigv4"
)

const (
	accessKeyID = "AKIDEXAMPLE"
	secret      = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// TestClients verifies requests as clients put them on the wire: botocore's client for logs, botocore's signer in the way
// of the generated ParallelCluster client, and curl.
func TestClients(t *testing.T) {
	for _, name := range recorded(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			wire, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := verifyWire(wire); err != nil {
				t.Fatal(err)
			}
			r, body, err := parseWire(wire)
			if err != nil {
				t.Fatal(err)
			}
			if err := verify(r, sha256.Sum256(append(body, 'x')), secret); err == nil {
				t.Error("another body verifies")
			}
			if err := verify(r, sha256.Sum256(body), secret+"x"); err == nil {
				t.Error("another secret verifies")
			}
		})
	}
}

func recorded(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/clients/*.http")
	if err != nil || len(names) == 0 {
		t.Fatalf("recorded requests: %d, %v", len(names), err)
	}
	return names
}

// parseWire reads a request as a server does.
func parseWire(wire []byte) (*http.Request, []byte, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(r.Body)
	return r, body, err
}

// verifyWire verifies a request at the time and for the service that it names.
func verifyWire(wire []byte) error {
	r, body, err := parseWire(wire)
	if err != nil {
		return err
	}
	return verify(r, sha256.Sum256(body), secret)
}

func verify(r *http.Request, payload [32]byte, secret string) error {
	claimed, _ := sigv4.ClaimedCredential(r)
	signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		signed = time.Unix(0, 0)
	}
	v := sigv4.New(sigv4.Options{Service: claimed.Service, Now: func() time.Time { return signed }})
	s, err := v.Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(secret, payload)
}
