package awsjson

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tailrace/internal/auth"
	"tailrace/internal/catalog/sqlite"
)

// Bodies that together pass the cap wait for one another; who waits for too long is refused, and what was reserved is given
// back whatever the end: an answer, a refusal, a panic.
func TestInFlight(t *testing.T) {
	cat, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer cat.Close()
	keyring, err := auth.OpenKeyring(cat, t.TempDir()+"/keyfile", auth.KeyringOptions{Now: time.Now, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.HasKeys(t.Context()); err != nil { // now, and not inside the bubble
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		h := New(Config{
			MaxBody: 1 << 20, MaxInFlight: 2 << 20, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
			Auth: auth.New(auth.Options{Keyring: keyring, Service: "logs", Region: "us-east-1", Now: time.Now}),
			Lookup: func(name string) (Invoke, bool) {
				return func(context.Context, []byte, []byte) ([]byte, error) {
					if name == "Panic" {
						panic("on purpose")
					}
					<-hold
					return nil, nil
				}, true
			},
		})
		ask := func(operation string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(bytes.NewReader(make([]byte, 1<<20))))
			r.ContentLength = 1 << 20
			r.Header.Set("Content-Type", contentType)
			r.Header.Set("X-Amz-Target", targetPrefix+operation)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		for range 2 {
			go ask("Hold")
		}
		synctest.Wait()
		begun := time.Now()
		w := ask("Hold")
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "ServiceUnavailableException") || time.Since(begun) != patience {
			t.Errorf("the third at once: %d %s after %s", w.Code, w.Body, time.Since(begun))
		}
		close(hold)
		synctest.Wait()
		for range 5 {
			if w := ask("Panic"); w.Code != http.StatusInternalServerError {
				t.Errorf("panic: %d", w.Code)
			}
		}
		if w := ask("Hold"); w.Code != http.StatusOK {
			t.Errorf("afterwards: %d %s", w.Code, w.Body)
		}
	})
}
