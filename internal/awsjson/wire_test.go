package awsjson

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/rogpeppe/go-internal/txtar"

	"tailrace/internal/auth"
)

var update = flag.Bool("update", false, "write the responses into the transcripts")

// TestWire plays the transcripts of testdata/wire against a server on a socket. The sections of a file are
//
//	keys           the server has the key AKIDEXAMPLE and verifies callers (first section)
//	max-body N     the cap (first sections)
//	> words        a request; lines end in CRLF on the wire, Host and Content-Length are added. The words:
//	                 sign            the SDK signs it         secret=S  with this secret     id=I  as this key
//	                 at=DURATION     signed this much later   gzip      the body is compressed before that
//	                 then-body=TEXT  the body that is sent in place of the signed one
//	<              the response as it came, with LF for CRLF, and its date and request id replaced
//	log            what the log heard since the last log, at level error
func TestWire(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before := string(txtar.Format(archive))
			play(t, archive)
			after := string(txtar.Format(archive))
			if *update {
				if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if before != after {
				t.Errorf("got\n%s", after)
			}
		})
	}
}

func play(t *testing.T, archive *txtar.Archive) {
	var log bytes.Buffer
	var keys []auth.Key
	var maxBody int64
	var server *httptest.Server
	var answer []byte
	for i := range archive.Files {
		section := &archive.Files[i]
		words := strings.Fields(section.Name)
		switch words[0] {
		case "keys":
			keys = append(keys, testKey)
		case "max-body":
			fmt.Sscan(words[1], &maxBody)
		case ">":
			if server == nil {
				c := newConfig(t, keys...)
				c.MaxBody, c.LongBodies = maxBody, map[string]int64{"Long": 4 * maxBody}
				c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError}))
				server = httptest.NewServer(New(c))
				defer server.Close()
			}
			answer = roundTrip(t, server.Listener.Addr().String(), wireRequest(t, words[1:], section.Data))
		case "<":
			section.Data = normal(answer)
		case "log":
			section.Data = normal(log.Bytes())
			log.Reset()
		default:
			t.Fatalf("section %q", section.Name)
		}
	}
}

// wireRequest makes the bytes of a request.
func wireRequest(t *testing.T, words []string, text []byte) []byte {
	t.Helper()
	options := map[string]string{}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		options[name] = value
	}
	head, body, _ := strings.Cut(string(text), "\n\n")
	head = strings.TrimSuffix(head, "\n") + "\nHost: logs.example.com\n"
	body = strings.TrimSuffix(body, "\n")
	if _, ok := options["gzip"]; ok {
		body = compress(t, body)
	}
	if !strings.Contains(strings.ToLower(head), "\ncontent-length:") {
		head += "Content-Length: " + strconv.Itoa(len(body)) + "\n"
	}
	if _, ok := options["sign"]; ok {
		head += signature(t, head, body, options)
	}
	if other, ok := options["then-body"]; ok {
		body = other
	}
	return []byte(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n" + body)
}

// signature is the header lines that the SDK adds.
func signature(t *testing.T, head, body string, options map[string]string) string {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\n")))
	if err != nil {
		t.Fatal(err)
	}
	key, at := testKey, testTime
	if secret, ok := options["secret"]; ok {
		key.Secret = secret
	}
	if id, ok := options["id"]; ok {
		key.AccessKeyID = id
	}
	if later, err := time.ParseDuration(options["at"]); err == nil {
		at = at.Add(later)
	}
	sign(t, r, []byte(body), key, at)
	return "X-Amz-Date: " + r.Header.Get("X-Amz-Date") + "\nAuthorization: " + r.Header.Get("Authorization") + "\n"
}

func compress(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// roundTrip sends bytes over a connection of its own and returns the bytes of the response.
func roundTrip(t *testing.T, address string, request []byte) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	var answer bytes.Buffer
	response, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conn, &answer)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return answer.Bytes()
}

var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`), "Date: <date>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`time=\S+ `), ""},
	{regexp.MustCompile(`\\ngoroutine .*"`), `…"`},
}

func normal(b []byte) []byte {
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return []byte(text)
}
