package pcluster_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/pcluster"
	"tailrace/internal/service"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

var update = flag.Bool("update", false, "write what was answered into the scripts")

// clock stands still: 2026-02-03T21:57:36Z.
var clock = time.UnixMilli(1770155856000)

// site is the API over a real store in memory.
type site struct {
	t       testing.TB
	service *service.Service
	keyring *auth.Keyring
	server  *httptest.Server
}

// racing is the service where groups whose names have "vanish" in them are deleted just after they were found.
type racing struct{ *service.Service }

func (s racing) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	if _, name, ok := logs.ParseGroupARN(in.ResourceArn); ok && strings.Contains(name, "vanish") {
		_ = s.DeleteLogGroup(ctx, &api.DeleteLogGroupRequest{LogGroupName: name})
	}
	return s.Service.ListTagsForResource(ctx, in)
}

func newSite(t testing.TB) *site {
	cat, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return clock }
	engine, err := storage.Open(t.Context(), storage.Options{FS: vfs.NewMem(), Dir: "/data", Catalog: cat, Now: now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	keyring, err := auth.OpenKeyring(cat, filepath.Join(t.TempDir(), "keyfile"), auth.KeyringOptions{Now: time.Now, TTL: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, keyring: keyring}
	s.service = service.New(service.Config{Catalog: cat, Engine: engine, Now: now, TokenKey: []byte("a key of the tests, 16+ bytes")})
	s.server = httptest.NewServer(pcluster.New(pcluster.Config{
		Service: racing{s.service}, Region: "us-east-1", Version: "3.12.0", Prefix: "/prod",
		Auth:   auth.New(auth.Options{Keyring: keyring, Service: "execute-api", Region: "us-east-1", Now: time.Now}),
		Logger: slog.New(slog.DiscardHandler), Now: time.Now, NewRequestID: func() string { return "request" },
		Observe: func(string, int, time.Duration, int, int) {},
	}))
	t.Cleanup(func() {
		s.server.Close()
		engine.Close()
		cat.Close()
	})
	return s
}

// TestScripts runs testdata/*.txt: blocks of one command, "----", and what it answers, apart by blank lines.
//
//	group NAME [KEY=VALUE…]    stream GROUP NAME    put GROUP STREAM MILLISECONDS MESSAGE
//	METHOD PATH [BODY]
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := newSite(t).run(string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s: answers differ; got\n%s", file, got)
			}
		})
	}
}

func (s *site) run(script string) string {
	var out []string
	for _, block := range strings.Split(strings.TrimSpace(script), "\n\n") {
		command, _, _ := strings.Cut(block, "\n----")
		var b strings.Builder
		for _, line := range strings.Split(command, "\n") {
			if !strings.HasPrefix(line, "#") {
				b.WriteString(s.command(line))
			}
		}
		if b.Len() > 0 {
			command += "\n----\n" + strings.TrimSpace(b.String())
		}
		out = append(out, command)
	}
	return strings.Join(out, "\n\n") + "\n"
}

func (s *site) command(line string) string {
	ctx := auth.NewContext(context.Background(), auth.Identity{Account: auth.DefaultAccount, Region: "us-east-1"})
	word := strings.SplitN(line, " ", 5)
	var err error
	switch word[0] {
	case "group":
		in := &api.CreateLogGroupRequest{LogGroupName: word[1]}
		for _, tag := range word[2:] {
			if in.Tags == nil {
				in.Tags = map[string]string{}
			}
			key, value, _ := strings.Cut(tag, "=")
			in.Tags[key] = value
		}
		err = s.service.CreateLogGroup(ctx, in)
	case "stream":
		err = s.service.CreateLogStream(ctx, &api.CreateLogStreamRequest{LogGroupName: word[1], LogStreamName: word[2]})
	case "put":
		at, _ := strconv.ParseInt(word[3], 10, 64)
		_, err = s.service.PutLogEvents(ctx, &api.PutLogEventsRequest{
			LogGroupName: word[1], LogStreamName: word[2],
			LogEvents: []api.InputLogEvent{{Timestamp: at, Message: []byte(word[4])}},
		})
	default:
		body := ""
		if len(word) > 2 {
			body = strings.Join(word[2:], " ")
		}
		return s.request(word[0], word[1], body)
	}
	if err != nil {
		s.t.Errorf("%s: %v", line, err)
	}
	return ""
}

var sequence = regexp.MustCompile(`"uploadSequenceToken":"[0-9]{56}"`)

func (s *site) request(method, path, body string) string {
	r, err := http.NewRequest(method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultTransport.RoundTrip(r) // redirects are shown, not followed
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); got != "application/json" {
		s.t.Errorf("%s %s: content type %q", method, path, got)
	}
	if allow := answer.Header.Get("Allow"); allow != "" {
		return fmt.Sprintf("%d Allow: %s %s\n", answer.StatusCode, allow, text)
	}
	return fmt.Sprintf("%d %s\n", answer.StatusCode, sequence.ReplaceAll(text, []byte(`"uploadSequenceToken":"SEQUENCE"`)))
}
