package awsjson

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"tailrace/internal/auth"
)

// discard is a response that nobody reads.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int) {
	if status != http.StatusOK {
		panic(status)
	}
}

// BenchmarkHandler is everything but the socket and the operation.
func BenchmarkHandler(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20} {
		for _, mode := range []string{"signed", "open", "gzip"} {
			b.Run(fmt.Sprintf("%s/%dKiB", mode, size>>10), func(b *testing.B) {
				body := bytes.Repeat([]byte("GET /index.html 200 "), size/20+1)[:size]
				b.SetBytes(int64(size))
				var keys []auth.Key
				if mode != "open" {
					keys = append(keys, testKey)
				}
				wire := body
				if mode == "gzip" {
					wire = []byte(compress(b, string(body)))
				}
				r := newRequest(b, "http://logs.example.com/", "Void", wire, auth.Key{})
				if mode == "gzip" {
					r.Header.Set("Content-Encoding", "gzip")
				}
				sign(b, r, wire, testKey, testTime)
				h := New(newConfig(b, keys...))
				w := &discard{header: http.Header{}}
				source := bytes.NewReader(wire)
				r.Body = io.NopCloser(source)
				b.ReportAllocs()
				for b.Loop() {
					source.Reset(wire)
					h.ServeHTTP(w, r)
				}
			})
		}
	}
}

// BenchmarkServer is the same over a loopback connection, client and server on one machine.
func BenchmarkServer(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("signed/%dKiB", size>>10), func(b *testing.B) {
			server := httptest.NewServer(New(newConfig(b, testKey)))
			defer server.Close()
			body := bytes.Repeat([]byte("x"), size)
			signed := newRequest(b, server.URL, "Void", body, testKey)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				signed.Body = io.NopCloser(bytes.NewReader(body))
				response, err := server.Client().Do(signed)
				if err != nil || response.StatusCode != http.StatusOK {
					b.Fatal(response, err)
				}
				response.Body.Close()
			}
		})
	}
}
