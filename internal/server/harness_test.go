package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"go.uber.org/goleak"

	"tailrace/internal/auth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a server that runs in the test's process.
type running struct {
	*Server
	t      *testing.T
	log    *journal
	client *http.Client
	stop   context.CancelFunc
	ended  chan error
}

// testConfig is a server on a free port of the loopback address, with a directory of its own.
func testConfig(t *testing.T) (Config, *journal) {
	log := &journal{}
	config := Default()
	config.Data = t.TempDir() + "/data"
	config.Listen = "127.0.0.1:0"
	config.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return config, log
}

// start runs a server until the test ends; it must then stop cleanly.
func start(t *testing.T, change func(*Config)) *running {
	t.Helper()
	config, log := testConfig(t)
	if change != nil {
		change(&config)
	}
	s, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Server: s, t: t, log: log, ended: make(chan error, 1), client: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	go func() { r.ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		if err := r.end(); err != nil {
			t.Errorf("server ended with %v", err)
		}
		if t.Failed() {
			t.Log(log)
		}
	})
	log.wait(t, "msg=ready")
	return r
}

// end stops the server and returns what Run does; nil when it was called before.
func (r *running) end() error {
	r.stop()
	r.client.CloseIdleConnections()
	select {
	case err := <-r.ended:
		r.ended <- nil
		return err
	case <-time.After(30 * time.Second):
		r.t.Fatalf("server does not end\n%s", r.log)
		return nil
	}
}

// answer is a response as tests look at it.
type answer struct {
	status int
	header http.Header
	body   string
}

func (r *running) do(request *http.Request) answer {
	r.t.Helper()
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func (r *running) get(path string) answer {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodGet, r.URL()+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.do(request)
}

// request is a call of the JSON API.
func (r *running) request(operation, body string) *http.Request {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodPost, r.URL()+"/", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	return request
}

// call is a request without a signature.
func (r *running) call(operation, body string) answer {
	r.t.Helper()
	return r.do(r.request(operation, body))
}

// signed is a request with one.
func (r *running) signed(key auth.Key, operation, body string) answer {
	r.t.Helper()
	request := r.request(operation, body)
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.Secret}
	if err := v4.NewSigner().SignHTTP(r.t.Context(), creds, request, hex.EncodeToString(sum[:]), "logs", "us-east-1", time.Now()); err != nil {
		r.t.Fatal(err)
	}
	return r.do(request)
}

// createKey makes a key in a data directory, as `tailrace keys create` does.
func createKey(t *testing.T, data string) auth.Key {
	t.Helper()
	var key auth.Key
	changeKeys(t, data, func(k *auth.Keyring) (err error) {
		key, err = k.Create(t.Context(), "", "")
		return err
	})
	return key
}

func changeKeys(t *testing.T, data string, change func(*auth.Keyring) error) {
	t.Helper()
	cat, keyring, err := OpenKeys(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer cat.Close()
	if err := change(keyring); err != nil {
		t.Fatal(err)
	}
}

// eventually repeats a check that depends on the server noticing something within a second.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 15 s", what)
		}
	}
}

// journal takes what a server logs while tests read it.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) wait(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(j.String(), text); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q is not logged:\n%s", text, j)
		}
	}
}
