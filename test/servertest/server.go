// Package servertest runs the real binary for tests that speak to it over the wire only: build, start, kill, stop. Servers
// listen on the loopback address and end with the test that started them.
package servertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// Region and the key pair that Client signs with.
const (
	Region    = "us-east-1"
	AccessKey = "123456789012"
	SecretKey = "any secret does in open mode"
)

// Root is the repository's root.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Binary builds the program once per test process and returns its path.
var Binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(Root(), "bin", "tailrace")
	build := exec.Command("go", "build", "-trimpath", "-o", path, "./cmd/tailrace")
	build.Dir = Root()
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// Server is one running process.
type Server struct {
	Addr string // host:port
	Data string // its directory

	t    testing.TB
	cmd  *exec.Cmd
	log  *lockedBuffer
	done chan struct{}
	err  error
}

// Start runs `tailrace serve` on data with more arguments and waits until it is ready. What it logs is shown if the test
// fails.
func Start(t testing.TB, data string, args ...string) *Server {
	t.Helper()
	s, err := Try(t, data, args...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Try is Start that returns what went wrong, for servers that are meant to refuse.
func Try(t testing.TB, data string, args ...string) (*Server, error) {
	t.Helper()
	binary, err := Binary()
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: freeAddr(t), Data: data, t: t, log: &lockedBuffer{}, done: make(chan struct{})}
	s.cmd = exec.Command(binary, append([]string{"serve", "--data", data, "--listen", s.Addr}, args...)...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("server %s:\n%s", s.Addr, s.Log())
		}
	})
	if err := s.waitReady(time.Minute); err != nil {
		s.Kill()
		return nil, fmt.Errorf("%w\n%s", err, s.Log())
	}
	return s, nil
}

func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *Server) waitReady(patience time.Duration) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		select {
		case <-s.done:
			return fmt.Errorf("server ended before it was ready: %w", s.err)
		default:
		}
		answer, err := http.Get("http://" + s.Addr + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("server not ready after %s", patience)
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (s *Server) Kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// Stop ends the process as an operator does; it fails the test unless the server stops cleanly in time.
func (s *Server) Stop() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
		if s.err != nil {
			s.t.Errorf("server stopped with %v\n%s", s.err, s.Log())
		}
	case <-time.After(time.Minute):
		s.t.Errorf("server did not stop within a minute\n%s", s.Log())
		s.Kill()
	}
}

// Log is what the process printed so far.
func (s *Server) Log() string { return s.log.String() }

// URL is the endpoint.
func (s *Server) URL() string { return "http://" + s.Addr }

// Client is the real SDK's client on this server, with the SDK's own retries: it needs them now and then, because it closes
// the body of a request while its transport still looks for the end of it, if the answer comes quickly enough.
func (s *Server) Client(options ...func(*cloudwatchlogs.Options)) *cloudwatchlogs.Client {
	return cloudwatchlogs.New(cloudwatchlogs.Options{
		Region:       Region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
	}, options...)
}

// Once makes a client try each request once: the test sees each answer.
func Once(o *cloudwatchlogs.Options) { o.RetryMaxAttempts = 1 }

// Run runs the program with arguments and returns what it printed to standard output; standard error and a failing exit
// status are in the error.
func Run(ctx context.Context, args ...string) (string, error) {
	binary, err := Binary()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, fault bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err != nil {
		return out.String(), errors.Join(err, errors.New(fault.String()))
	}
	return out.String(), nil
}

// lockedBuffer takes what a process prints while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
