package awsjson

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"go.uber.org/goleak"

	"tailrace/internal/auth"
	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	testKey  = auth.Key{AccessKeyID: "AKIDEXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Account: "123456789012"}
	testTime = time.Date(2026, 11, 20, 21, 4, 54, 0, time.UTC)
)

func testNow() time.Time { return testTime }

// notFound is an exception as operations make them.
type notFound struct{}

func (notFound) Error() string     { return "the group is not there" }
func (notFound) ErrorCode() string { return "ResourceNotFoundException" }
func (notFound) HTTPStatus() int   { return 400 }
func (notFound) AppendJSON(dst []byte) []byte {
	return append(dst, `{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}`...)
}

var unavailable = &protocolError{"ServiceUnavailableException", "The service cannot complete the request.", 503}

// operations are what tests invoke.
var operations = map[string]Invoke{
	"Echo": func(ctx context.Context, body, dst []byte) ([]byte, error) {
		id := auth.FromContext(ctx)
		dst = fmt.Appendf(dst, `{"caller":"%s/%s/%s","anonymous":%v,"body":`, id.Account, id.Region, id.AccessKeyID, id.Anonymous)
		dst = append(dst, body...)
		return append(dst, '}'), nil
	},
	"Void": func(_ context.Context, _, dst []byte) ([]byte, error) { return dst, nil },
	"Missing": func(context.Context, []byte, []byte) ([]byte, error) {
		return nil, fmt.Errorf("describe: %w", notFound{})
	},
	"Fault": func(context.Context, []byte, []byte) ([]byte, error) {
		return nil, errors.New("open segment: disk on fire")
	},
	"Unavailable": func(context.Context, []byte, []byte) ([]byte, error) {
		return nil, fmt.Errorf("append: %w: disk full", unavailable)
	},
	"Panic": func(context.Context, []byte, []byte) ([]byte, error) { panic("our own bug") },
	"Wait": func(ctx context.Context, _, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("wait: %w", ctx.Err())
	},
}

// newConfig is a handler's; with keys it verifies callers.
func newConfig(t testing.TB, keys ...auth.Key) Config {
	t.Helper()
	return Config{
		Lookup: func(name string) (Invoke, bool) {
			invoke, ok := operations[name]
			return invoke, ok
		},
		Auth:   auth.New(auth.Options{Keyring: keyringOf(t, keys...), Service: "logs", Region: "us-east-1", Now: testNow}),
		Logger: slog.New(slog.DiscardHandler),
		Now:    testNow,
	}
}

// newRequest makes a request for an operation, signed by the SDK if there is a key.
func newRequest(t testing.TB, url, operation string, body []byte, key auth.Key) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", targetPrefix+operation)
	sign(t, r, body, key, testTime)
	return r
}

func sign(t testing.TB, r *http.Request, body []byte, key auth.Key, at time.Time) {
	t.Helper()
	if key == (auth.Key{}) {
		return
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.Secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), "logs", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
}

// brokenKeys is a catalog whose disk went away.
type brokenKeys struct{ catalog.Keys }

func (brokenKeys) ListKeys(context.Context) ([]catalog.Key, error) {
	return nil, errors.New("disk gone")
}

func brokenKeyring(t testing.TB) *auth.Keyring {
	t.Helper()
	keyring, err := auth.OpenKeyring(brokenKeys{}, filepath.Join(t.TempDir(), "keyfile"), auth.KeyringOptions{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	return keyring
}

// keyringOf is a keyring in memory.
func keyringOf(t testing.TB, keys ...auth.Key) *auth.Keyring {
	t.Helper()
	cat, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cat.Close(); err != nil {
			t.Error(err)
		}
	})
	keyring, err := auth.OpenKeyring(cat, filepath.Join(t.TempDir(), "keyfile"), auth.KeyringOptions{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if _, err := keyring.Import(t.Context(), key, ""); err != nil {
			t.Fatal(err)
		}
	}
	return keyring
}
