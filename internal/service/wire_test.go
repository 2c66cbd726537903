package service

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"tailrace/internal/logs"
	"tailrace/internal/query"
	"tailrace/internal/storage"
)

var update = flag.Bool("update", false, "write the answers into the transcripts")

// TestWire plays the transcripts of testdata/wire: a directory for each operation, a file for each subject, a fresh server
// for each file. The sections of a file are
//
//	> Operation [account region]   a request's body
//	< status                       the answer's body
//	clock duration                 the clock moves on
//	stored-bytes exact             the server has this option
//	scan-budget bytes              and this one
//	max-queries number             and this one
//	wait                           all queries end
//	hold                           queries that start from now on wait, until
//	release                        they go on
//
// Page tokens are opaque: an answer shows <token>, and the next request's <token> is the last one that was given. So are ids
// of queries: the nth id that a transcript sees is <id-n>, and the nth pointer to an event <ptr-n>.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no transcripts")
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/wire/"), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			must(t, err)
			before := string(txtar.Format(archive))
			play(t, archive)
			after := string(txtar.Format(archive))
			if before == after {
				return
			}
			if *update {
				must(t, os.WriteFile(file, []byte(after), 0o644))
				return
			}
			t.Errorf("got\n%s", after)
		})
	}
}

var (
	pageToken = regexp.MustCompile(`"nextToken":"([A-Za-z0-9_-]+)"`)
	eventPtr  = regexp.MustCompile(`(?:"@ptr","value":"|"@ptr":")([A-Za-z0-9_-]{56})"`)
	queryID   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

// querySlots is how many queries run at a time.
const querySlots = 4

// queryIDs are the ids, or the pointers, that a transcript has seen.
type queryIDs []string

// hide replaces what the pattern, or its group, matches.
func (ids *queryIDs) hide(word string, pattern *regexp.Regexp, body string) string {
	return pattern.ReplaceAllStringFunc(body, func(found string) string {
		groups := pattern.FindStringSubmatch(found)
		id := groups[len(groups)-1]
		at := slices.Index(*ids, id)
		if at < 0 {
			at = len(*ids)
			*ids = append(*ids, id)
		}
		return strings.Replace(found, id, fmt.Sprintf("<%s-%d>", word, at+1), 1)
	})
}

func (ids queryIDs) show(word, body string) string {
	for i, id := range ids {
		body = strings.ReplaceAll(body, fmt.Sprintf("<%s-%d>", word, i+1), id)
	}
	return body
}

// play sends the requests of a transcript and puts the answers in.
func play(t *testing.T, archive *txtar.Archive) {
	var config Config
	var server http.Handler
	var h *harness
	var answer *httptest.ResponseRecorder
	token := ""
	var ids, ptrs queryIDs
	var queries query.Options
	release := func() {}
	defer func() { release() }()
	for i := range archive.Files {
		section := &archive.Files[i]
		word, rest, _ := strings.Cut(section.Name, " ")
		if server == nil && (word == ">" || word == "clock" || word == "hold") {
			h = newQueryHarness(t, config, storage.Options{}, queries)
			server = h.handler(t)
		}
		switch word {
		case ">":
			answer = httptest.NewRecorder()
			body := strings.ReplaceAll(strings.TrimSpace(string(section.Data)), "<token>", token)
			body = ptrs.show("ptr", ids.show("id", body))
			server.ServeHTTP(answer, wireRequest(t, rest, body))
			checkHeader(t, answer)
		case "<":
			body := ids.hide("id", queryID, answer.Body.String())
			body = ptrs.hide("ptr", eventPtr, body)
			if found := pageToken.FindStringSubmatch(body); found != nil {
				token = found[1]
				body = pageToken.ReplaceAllString(body, `"nextToken":"<token>"`)
			}
			section.Name = fmt.Sprintf("< %d", answer.Code)
			section.Data = nil
			if body != "" {
				section.Data = []byte(body + "\n")
			}
		case "clock":
			d, err := time.ParseDuration(rest)
			must(t, err)
			h.millis.Add(d.Milliseconds())
		case "stored-bytes":
			config.ExactStoredBytes = rest == "exact"
		case "scan-budget":
			_, err := fmt.Sscan(rest, &config.ScanBudget)
			must(t, err)
		case "max-queries":
			_, err := fmt.Sscan(rest, &queries.MaxQueries)
			must(t, err)
		case "wait":
			release()
			h.settle()
		case "hold":
			release = h.hold(t, querySlots)
		case "release":
			release()
		default:
			t.Fatalf("section %q", section.Name)
		}
	}
}

// wireRequest makes a request as a client sends it; target is "Operation" or "Operation account region".
func wireRequest(t *testing.T, target, body string) *http.Request {
	scope := testScope
	words := strings.Fields(target)
	switch len(words) {
	case 1:
	case 3:
		scope = logs.Scope{Account: words[1], Region: words[2]}
	default:
		t.Fatalf("target %q", target)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Logs_20140328."+words[0])
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+scope.Account+"/20260203/"+scope.Region+
		"/logs/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	return r
}

// checkHeader holds what every answer has (cloudwatch-logs.md §1.2).
func checkHeader(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	if got := answer.Header()["Content-Type"]; len(got) != 1 || got[0] != "application/x-amz-json-1.1" {
		t.Errorf("Content-Type: %q", got)
	}
	if got := answer.Header()["x-amzn-RequestId"]; len(got) != 1 || len(got[0]) != 36 {
		t.Errorf("x-amzn-RequestId: %q", got)
	}
}
