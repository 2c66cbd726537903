package awsjson

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"testing"

	fast "github.com/klauspost/compress/gzip"

	"tailrace/internal/auth"
)

// FuzzHandler sends whatever there is: never a panic or a fault, always one JSON answer of this protocol.
func FuzzHandler(f *testing.F) {
	f.Add("POST", "/", contentType, targetPrefix+"Void", "", "", []byte("{}"))
	f.Add("GET", "/x", "application/cbor", "Echo", "gzip", "Bearer x", []byte{0x1f, 0x8b})
	f.Add("POST", "/", contentType, targetPrefix+"Void", "gzip", "", []byte(compress(f, "{}")))
	open, closed := New(newConfig(f)), New(newConfig(f, testKey))
	f.Fuzz(func(t *testing.T, method, path, mediaType, target, encoding, authorization string, body []byte) {
		for _, h := range []*Handler{open, closed} {
			r := newRequest(t, "http://h/", "", body, auth.Key{})
			r.Method, r.URL.Path = method, path
			for name, value := range map[string]string{
				"Content-Type": mediaType, "X-Amz-Target": target, "Content-Encoding": encoding, "Authorization": authorization,
			} {
				r.Header.Del(name)
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code >= 500 && target != targetPrefix+"Fault" && target != targetPrefix+"Unavailable" && target != targetPrefix+"Panic" {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			if w.Code != 200 && !json.Valid(w.Body.Bytes()) {
				t.Errorf("status %d: %q", w.Code, w.Body)
			}
			if h == closed && w.Code == 200 {
				t.Error("a stranger got in")
			}
		}
	})
}

// FuzzInflate compares with the standard library's gzip.
func FuzzInflate(f *testing.F) {
	f.Add([]byte(compress(f, "")))
	f.Add([]byte(compress(f, `{"logGroupName":"g"}`)))
	f.Add([]byte(compress(f, "a") + compress(f, "b")))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	const most = 1 << 16
	f.Fuzz(func(t *testing.T, compressed []byte) {
		got, err := inflate(nil, compressed, most)
		want, wantErr := standardInflate(compressed, most+1)
		if len(want) > most {
			if err == nil || len(got) > most+1 {
				t.Errorf("%d bytes pass the cap, %v", len(got), err)
			}
			return
		}
		if errors.Is(err, fast.ErrHeader) {
			return // reserved flags: RFC 1952 wants them refused, the standard library does not look
		}
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("got %q, %v; want %q, %v", got, err, want, wantErr)
		}
	})
}

func standardInflate(compressed []byte, most int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, most))
}
