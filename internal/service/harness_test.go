package service

import (
	"context"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/awsjson"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/query"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// testScope is the caller of every test that names no other; testTime is when tests begin (cloudwatch-logs.md §21).
var (
	testScope = logs.Scope{Account: "111111111111", Region: "us-east-1"}
	testTime  = time.UnixMilli(1_770_155_857_123)
)

// harness is a Service on a real catalog and a real engine, in memory, with a clock that stands until it is moved.
type harness struct {
	*Service
	engine *storage.Engine
	cat    *sqlite.Catalog
	millis atomic.Int64
	ctx    context.Context
	broken bool // the test breaks the engine, which may say so when it closes
}

func newHarness(t testing.TB, c Config, o storage.Options) *harness {
	t.Helper()
	return newQueryHarness(t, c, o, query.Options{})
}

// newQueryHarness is newHarness with options for queries.
func newQueryHarness(t testing.TB, c Config, o storage.Options, q query.Options) *harness {
	t.Helper()
	h := &harness{ctx: auth.NewContext(t.Context(), auth.Identity{Account: testScope.Account, Region: testScope.Region})}
	h.millis.Store(testTime.UnixMilli())
	var err error
	if h.cat, err = sqlite.OpenMemory(); err != nil {
		t.Fatal(err)
	}
	if o.FS == nil {
		o.FS = vfs.NewMem()
	}
	o.Dir, o.Catalog, o.Now, o.Manual = "/data", h.cat, h.now, true
	if h.engine, err = storage.Open(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.engine.Close(); err != nil && !h.broken {
			t.Error(err)
		}
		if err := h.cat.Close(); err != nil {
			t.Error(err)
		}
	})
	q.FS, q.Dir, q.Now = o.FS, "/data/queries", h.now
	queries, err := query.Open(q)
	must(t, err)
	t.Cleanup(func() { must(t, queries.Close()) })
	c.Catalog, c.Engine, c.Queries, c.Now = h.cat, h.engine, queries, h.now
	if c.TokenKey == nil {
		c.TokenKey = []byte("the same key in every test")
	}
	h.Service = New(c)
	return h
}

// hold occupies the slots of all queries and returns what gives them back: those that start meanwhile wait.
func (h *harness) hold(t testing.TB, slots int) (release func()) {
	t.Helper()
	held := make(chan struct{})
	for i := range slots {
		_, err := h.queries.Start(query.Spec{Scope: logs.Scope{Account: strconv.Itoa(i)}}, func(ctx context.Context, _ *query.Progress) ([]query.Row, error) {
			select {
			case <-held:
			case <-ctx.Done():
			}
			return nil, nil
		})
		must(t, err)
	}
	for h.queries.Load().Running < slots {
		time.Sleep(time.Millisecond)
	}
	return sync.OnceFunc(func() { close(held) })
}

// settle waits until all queries have ended and their results are on disk.
func (h *harness) settle() {
	for l := h.queries.Load(); l.Active > 0; l = h.queries.Load() {
		time.Sleep(time.Millisecond)
	}
}

func (h *harness) now() time.Time { return time.UnixMilli(h.millis.Load()) }

// handler is the real wire in open mode: the caller is who the request claims to be.
func (h *harness) handler(t testing.TB) *awsjson.Handler {
	t.Helper()
	keyring, err := auth.OpenKeyring(h.cat, filepath.Join(t.TempDir(), "key"), auth.KeyringOptions{Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	return awsjson.New(awsjson.Config{
		Lookup: func(name string) (awsjson.Invoke, bool) {
			op, ok := api.Operations[name]
			return func(ctx context.Context, body, dst []byte) ([]byte, error) {
				return op.Invoke(ctx, h.Service, body, dst)
			}, ok
		},
		Auth:   auth.New(auth.Options{Keyring: keyring, Service: "logs", Region: testScope.Region, Now: h.now}),
		Logger: slog.New(slog.DiscardHandler),
		Now:    h.now,
	})
}

// must fails the test for an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
