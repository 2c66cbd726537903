package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// half sends a request's headers and the first half of its body to a server that takes the connection, and returns a function that
// sends the rest and reads the answer.
func half(t *testing.T, r *running, body string) func() (int, string, error) {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: Logs_20140328.CreateLogGroup\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body[:len(body)/2])
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // connections are accepted in order
	answer, err := fresh.Get("http://" + r.Addr() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return func() (int, string, error) {
		if _, err := io.WriteString(conn, body[len(body)/2:]); err != nil {
			return 0, "", err
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return 0, "", err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text), err
	}
}

// TestStopDrains: a request that has begun is answered, new ones are not taken.
func TestStopDrains(t *testing.T) {
	r := start(t, nil)
	rest := half(t, r, `{"logGroupName":"in-flight"}`)
	r.stop()
	r.log.wait(t, "msg=stopping")
	eventually(t, "the listener is closed", func() bool {
		conn, err := net.Dial("tcp", r.Addr())
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-r.ended:
		t.Fatalf("ended before the request was answered: %v", err)
	default:
	}
	if status, body, err := rest(); err != nil || status != 200 {
		t.Errorf("%d %s %v", status, body, err)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
	again := start(t, func(c *Config) { c.Data = r.config.Data })
	if got := again.call("DescribeLogGroups", "{}"); !strings.Contains(got.body, "in-flight") {
		t.Errorf("the group is gone: %+v", got)
	}
}

// TestStopBreaksOff: patience ends; the error says so, and the store is closed all the same.
func TestStopBreaksOff(t *testing.T) {
	r := start(t, func(c *Config) { c.ShutdownTimeout = 50 * time.Millisecond })
	half(t, r, `{"logGroupName":"never"}`)
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "requests were broken off") {
		t.Errorf("got %v", err)
	}
	again := start(t, func(c *Config) { c.Data = r.config.Data })
	if got := again.call("DescribeLogGroups", "{}"); strings.Contains(got.body, "never") {
		t.Errorf("half a request was carried out: %+v", got)
	}
}

// TestStopWhileStarting: to be told to stop before all is open is no fault.
func TestStopWhileStarting(t *testing.T) {
	config, log := testConfig(t)
	s, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "msg=stopped") {
		t.Error(log)
	}
}

// TestOneServerADirectory: the second says what is wrong, and the first does not suffer.
func TestOneServerADirectory(t *testing.T) {
	r := start(t, nil)
	config, _ := testConfig(t)
	config.Data = r.config.Data
	second, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	err = second.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "another server uses this directory") || !strings.Contains(err.Error(), config.Data) {
		t.Errorf("got %v", err)
	}
	if got := r.call("DescribeLogGroups", "{}"); got.status != 200 {
		t.Errorf("the first answers %+v", got)
	}
}

// TestListenerBreaks: a server whose listener is gone ends with an error instead of living on unheard.
func TestListenerBreaks(t *testing.T) {
	config, log := testConfig(t)
	s, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.WithoutCancel(t.Context())) }()
	log.wait(t, "msg=ready")
	s.listener.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("ended without an error")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("does not end")
	}
}
