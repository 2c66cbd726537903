package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestStarting: before the store is open the process is alive, not ready, and asks clients to come back.
func TestStarting(t *testing.T) {
	config, _ := testConfig(t)
	s, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer closeUnused(t, s)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/healthz", 200, "ok\n"},
		{"GET", "/readyz", 503, "starting: the store is being opened\n"},
		{"POST", "/", 503, `{"__type":"ServiceUnavailableException","message":"The server is starting."}`},
		{"GET", "/v3/images/custom", 503, `{"__type":"ServiceUnavailableException","message":"The server is starting."}`},
	} {
		w := httptest.NewRecorder()
		(*s.handler.Load()).ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
		if c.status == 503 && w.Header().Get("Retry-After") != "1" {
			t.Errorf("%s %s: no Retry-After", c.method, c.path)
		}
	}
}

func TestRoutes(t *testing.T) {
	r := start(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/healthz", 200, "ok"},
		{"GET", "/readyz", 200, "ok"},
		{"GET", "/metrics", 200, "tailrace_requests_total"},
		{"GET", "/", 200, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"},
		{"HEAD", "/", 200, ""},
		{"GET", "/v3/images/custom?imageStatus=AVAILABLE&region=us-east-1", 200, `"images":[]`},
		{"GET", "/prod/v3/images/custom?imageStatus=AVAILABLE&region=us-east-1", 200, `"images":[]`},
		{"GET", "/elsewhere", 404, "UnknownOperationException"},
		{"PUT", "/", 405, "UnknownOperationException"},
	} {
		if c.path == "/metrics" {
			r.call("DescribeLogGroups", "{}")
		}
		request, err := http.NewRequest(c.method, r.URL()+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		if got := r.do(request); got.status != c.status || !strings.Contains(got.body, c.body) {
			t.Errorf("%s %s: %+v", c.method, c.path, got)
		}
	}
}

// TestHostPrefix: some SDKs put stream- or streaming- before the host of an endpoint.
func TestHostPrefix(t *testing.T) {
	r := start(t, nil)
	for _, host := range []string{"stream-localhost", "streaming-localhost:4586", "streaming-logs.tailrace.localhost"} {
		request := r.request("DescribeLogGroups", "{}")
		request.Host = host
		if got := r.do(request); got.status != 200 || !strings.Contains(got.body, `"logGroups":[]`) {
			t.Errorf("Host %s: %+v", host, got)
		}
	}
}

// TestRequestIDs: what the client is told is what the log has.
func TestRequestIDs(t *testing.T) {
	r := start(t, nil)
	for _, got := range []answer{r.call("DescribeLogGroups", "{}"), r.get("/v3/images/custom?imageStatus=AVAILABLE&region=us-east-1")} {
		id := got.header.Get("X-Amzn-Requestid")
		if len(id) != 36 {
			t.Fatalf("request id %q", id)
		}
		r.log.wait(t, "request_id="+id)
	}
}
