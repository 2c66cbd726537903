package cli

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tailrace/internal/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connectToServer starts a server in this process and returns a connection to it.
func connectToServer(t *testing.T) *connection {
	t.Helper()
	config := server.Default()
	config.Data, config.Listen, config.Logger = t.TempDir()+"/data", "127.0.0.1:0", slog.New(slog.DiscardHandler)
	srv, err := server.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	conn := newConnection(srv.URL(), "us-east-1", anonymous{})
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	conn.http = client
	t.Cleanup(func() {
		client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := (&demo{conn: conn}).waitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	return conn
}
