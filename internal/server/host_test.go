package server

import (
	"net/http"
	"strings"
	"testing"

	"tailrace/internal/auth"
)

// TestHost: without keys only names that a page of the web cannot have are served; with keys all of them.
func TestHost(t *testing.T) {
	r := start(t, func(c *Config) { c.AllowHosts = []string{"logs.execute-api.us-east-1.example.org"} })
	ask := func(path, host string) int {
		request, err := http.NewRequest(http.MethodGet, r.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		answer, err := r.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	path := "/v3/images/custom?imageStatus=AVAILABLE"
	for host, want := range map[string]int{
		strings.TrimPrefix(r.URL(), "http://"): 200, "127.0.0.1": 200, "localhost:4586": 200, "[::1]:4586": 200, "stream-localhost:4586": 200, "streaming-127.0.0.1": 200,
		"tailrace:4586": 200, "a.localhost": 200, "LOGS.execute-api.us-east-1.example.org:4586": 200,
		"evil.example.com": 403, "evil.example.com:4586": 403, "127.0.0.1.evil.example.com": 403, "localhost.evil.com.": 403,
	} {
		if got := ask(path, host); got != want {
			t.Errorf("Host %s: %d, want %d", host, got, want)
		}
	}
	if _, err := r.keyring.Create(t.Context(), auth.DefaultAccount, ""); err != nil {
		t.Fatal(err)
	}
	if got := ask(path, "evil.example.com"); got != http.StatusUnauthorized {
		t.Errorf("with keys: %d", got)
	}
}
