package awsjson

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tailrace/internal/auth"
)

// observed is what an observer heard.
type observed struct {
	operation, code string
	status, in, out int
}

// newServer starts a server and returns what its observer hears, a request at a time.
func newServer(t *testing.T, c Config) (*httptest.Server, <-chan observed) {
	t.Helper()
	heard := make(chan observed, 1024)
	c.Observe = func(operation, code string, status int, _ time.Duration, in, out int) {
		heard <- observed{operation, code, status, in, out}
	}
	server := httptest.NewServer(New(c))
	t.Cleanup(server.Close)
	return server, heard
}

func await(t *testing.T, heard <-chan observed) observed {
	t.Helper()
	select {
	case o := <-heard:
		return o
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was observed")
		return observed{}
	}
}

func TestObserve(t *testing.T) {
	server, heard := newServer(t, newConfig(t))
	for _, c := range []struct {
		operation string
		want      observed
	}{
		{"Void", observed{"Void", "", 200, 2, 0}},
		{"Missing", observed{"Missing", "ResourceNotFoundException", 400, 2, 90}},
		{"Fault", observed{"Fault", "InternalFailure", 500, 2, 117}},
		{"Invented", observed{"", "UnknownOperationException", 400, 2, 38}},
	} {
		response, err := server.Client().Do(newRequest(t, server.URL, c.operation, []byte("{}"), auth.Key{}))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := await(t, heard); got != c.want {
			t.Errorf("got %+v, want %+v", got, c.want)
		}
	}
}

// TestHangUp breaks connections in the middle of a body and in the middle of an operation: nobody is to blame.
func TestHangUp(t *testing.T) {
	var log bytes.Buffer
	c := newConfig(t)
	c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	server, heard := newServer(t, c)
	head := "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: Logs_20140328.Wait\r\n"
	for name, request := range map[string]string{
		"body":      head + "Content-Length: 100\r\n\r\n{",
		"operation": head + "Content-Length: 2\r\n\r\n{}",
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if got := await(t, heard); got.code != codeHangUp || got.status != statusHangUp {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if log.Len() > 0 {
		t.Errorf("noise: %s", &log)
	}
}

// TestSlowBody lets the server's deadline pass.
func TestSlowBody(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("{"), failing{os.ErrDeadlineExceeded}))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	New(newConfig(t)).ServeHTTP(w, r)
	if w.Code != http.StatusRequestTimeout || !strings.HasPrefix(w.Body.String(), `{"__type":"RequestTimeoutException"`) {
		t.Error(w.Code, w.Body)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestRefusalIsRead sends a long body under a wrong key, all of it before reading: the answer must come, and the connection
// must stay good.
func TestRefusalIsRead(t *testing.T) {
	server, heard := newServer(t, newConfig(t, testKey))
	stranger := auth.Key{AccessKeyID: "AKIDSTRANGER", Secret: "anything"}
	body := bytes.Repeat([]byte("x"), 4<<20)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for range 2 {
		if err := newRequest(t, server.URL, "Echo", body, stranger).Write(conn); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 400 || !bytes.Contains(text, []byte("UnrecognizedClientException")) {
			t.Errorf("%d %s %v", response.StatusCode, text, err)
		}
		if got := await(t, heard); got.in != 0 {
			t.Errorf("%d bytes of a stranger's body were kept", got.in)
		}
	}
}

// TestExpectContinue holds that a client that asks first is refused before it sends.
func TestExpectContinue(t *testing.T) {
	server, _ := newServer(t, newConfig(t, testKey))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = conn.Write([]byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.1\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != 400 {
		t.Fatal(response, err)
	}
	response.Body.Close()
}

// TestBuffersAreNotShared runs many requests of different bodies at once, plain and compressed: each gets its own back.
func TestBuffersAreNotShared(t *testing.T) {
	server, _ := newServer(t, newConfig(t, testKey))
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 20 {
				text := `"` + strings.Repeat(fmt.Sprintf("%d-%d,", worker, i), 1+i*300) + `"`
				body := []byte(text)
				if i%2 == 1 {
					body = []byte(compress(t, text))
				}
				r := newRequest(t, server.URL, "Echo", body, auth.Key{})
				if i%2 == 1 {
					r.Header.Set("Content-Encoding", "gzip")
				}
				sign(t, r, body, testKey, testTime)
				response, err := server.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				answer, err := io.ReadAll(response.Body)
				response.Body.Close()
				if want := `"anonymous":false,"body":` + text + "}"; err != nil || !strings.HasSuffix(string(answer), want) {
					t.Errorf("%d-%d: %.200s, %v", worker, i, answer, err)
				}
			}
		})
	}
	wg.Wait()
	server.Client().CloseIdleConnections()
}

// TestCatalogFails holds that no caller gets in, and none learns why, when the keys cannot be read.
func TestCatalogFails(t *testing.T) {
	var log bytes.Buffer
	c := newConfig(t, testKey)
	c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	c.Auth = auth.New(auth.Options{Keyring: brokenKeyring(t), Service: "logs", Now: testNow})
	w := httptest.NewRecorder()
	New(c).ServeHTTP(w, newRequest(t, "http://h/", "Echo", []byte("{}"), testKey))
	if w.Code != 500 || !strings.Contains(w.Body.String(), codeInternal) || strings.Contains(w.Body.String(), "disk") {
		t.Error(w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "disk gone") {
		t.Errorf("log: %s", &log)
	}
}

func TestRequestIDInLog(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(LogHandler(slog.NewTextHandler(&log, nil))).With("a", 1).WithGroup("g")
	c := newConfig(t)
	c.Lookup = func(string) (Invoke, bool) {
		return func(ctx context.Context, _, dst []byte) ([]byte, error) {
			logger.InfoContext(ctx, "inside")
			return append(dst, RequestID(ctx)...), nil
		}, true
	}
	w := httptest.NewRecorder()
	New(c).ServeHTTP(w, newRequest(t, "http://h/", "Any", nil, auth.Key{}))
	id := w.Body.String()
	// Not Get: the capitals are AWS's.
	if got := map[string][]string(w.Header())["x-amzn-RequestId"]; len(got) != 1 || got[0] != id || len(id) != 36 {
		t.Errorf("header %q, context %q", got, id)
	}
	if !strings.Contains(log.String(), "request_id="+id) {
		t.Errorf("log: %s", &log)
	}
	logger.Info("outside")
	if RequestID(t.Context()) != "" || strings.Count(log.String(), "request_id") != 1 {
		t.Errorf("log: %s", &log)
	}
}

func TestAbortGoesThrough(t *testing.T) {
	c := newConfig(t)
	c.Lookup = func(string) (Invoke, bool) {
		return func(context.Context, []byte, []byte) ([]byte, error) { panic(http.ErrAbortHandler) }, true
	}
	defer func() {
		if p, _ := recover().(error); !errors.Is(p, http.ErrAbortHandler) {
			t.Errorf("recovered %v", p)
		}
	}()
	New(c).ServeHTTP(httptest.NewRecorder(), newRequest(t, "http://h/", "Any", nil, auth.Key{}))
}

func TestReadAll(t *testing.T) {
	broken := errors.New("broken")
	for _, length := range []int{0, 1, slack - 1, slack, slack + 1, 5000, trusted - 1, trusted, trusted + 1, 3 * trusted} {
		data := bytes.Repeat([]byte("ab"), length)[:length]
		for _, said := range []int64{-1, 0, int64(length), 1 << 20} {
			for _, most := range []int64{int64(length) - 1, int64(length), 1 << 20} {
				got, err := readAll(nil, halves{bytes.NewReader(data)}, said, most, nil)
				if int64(length) > most {
					if !errors.Is(err, errOverCap) || int64(len(got)) > most+1 {
						t.Errorf("length %d said %d most %d: %d, %v", length, said, most, len(got), err)
					}
				} else if err != nil || !bytes.Equal(got, data) {
					t.Errorf("length %d said %d most %d: %d, %v", length, said, most, len(got), err)
				}
			}
		}
	}
	if _, err := readAll(nil, failing{broken}, 10, 10, nil); !errors.Is(err, broken) {
		t.Error(err)
	}
	// A length that is only claimed gets no memory.
	if got, _ := readAll(nil, strings.NewReader("x"), 8<<20, 8<<20, nil); cap(got) > 2*trusted {
		t.Errorf("%d bytes are taken for one", cap(got))
	}
}

// halves reads in pieces.
type halves struct{ r io.Reader }

func (h halves) Read(b []byte) (int, error) { return h.r.Read(b[:(len(b)+1)/2]) }

func TestLongBuffersAreNotKept(t *testing.T) {
	var pool sync.Pool
	putBuffer(&pool, make([]byte, keptBuffer+1))
	if b := getBuffer(&pool); cap(b) > keptBuffer {
		t.Errorf("%d bytes are kept", cap(b))
	}
}
