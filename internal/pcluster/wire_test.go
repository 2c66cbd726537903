package pcluster_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"tailrace/internal/auth"
)

const buildGroup = "/aws/imagebuilder/ParallelClusterImage-img"

// get answers a path as the client's models see it: status, and the body's members.
func (s *site) get(path string) (int, map[string]any) {
	s.t.Helper()
	status, text, _ := strings.Cut(s.request(http.MethodGet, path, ""), " ")
	var body map[string]any
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		s.t.Fatalf("GET %s: %v in %s", path, err, text)
	}
	var code int
	fmt.Sscan(status, &code)
	return code, body
}

// More than fifty streams come in pages of fifty, each stream once, and the last page has no token.
func TestPages(t *testing.T) {
	s := newSite(t)
	s.command("group " + buildGroup)
	for i := range 117 {
		s.command(fmt.Sprintf("stream %s 3.%03d.0/1", buildGroup, i))
	}
	var names []string
	path := "/v3/images/custom/img/logstreams?region=us-east-1"
	for pages := 1; ; pages++ {
		code, body := s.get(path)
		if code != http.StatusOK {
			t.Fatal(code, body)
		}
		list := body["logStreams"].([]any)
		for _, x := range list {
			names = append(names, x.(map[string]any)["logStreamName"].(string))
		}
		token, more := body["nextToken"].(string)
		if !more {
			if pages != 3 || len(list) != 17 {
				t.Errorf("%d pages, the last of %d", pages, len(list))
			}
			break
		}
		if strings.ContainsAny(token, "+&=%# ") {
			t.Errorf("token %q must be escaped in a URL", token)
		}
		path = "/v3/images/custom/img/logstreams?region=us-east-1&nextToken=" + token
	}
	for i, name := range names {
		if name != fmt.Sprintf("3.%03d.0/1", i) {
			t.Fatalf("stream %d is %s", i, name)
		}
	}
	if len(names) != 117 {
		t.Errorf("%d streams", len(names))
	}
}

// More than a thousand images or clusters come in pages, each once, whichever of them are asked for.
func TestPagesOfGroups(t *testing.T) {
	s := newSite(t)
	const n = 1_003
	for i := range n {
		s.command(fmt.Sprintf("group /aws/imagebuilder/ParallelClusterImage-i%04d parallelcluster:version=3.9.1 parallelcluster:build_status=%s", i, []string{"available", "failed"}[i%2]))
		s.command(fmt.Sprintf("group /aws/parallelcluster/c%04d-202601010000", i))
		s.command(fmt.Sprintf("group /aws/parallelcluster/c%04d-202602010000", i))
	}
	for _, c := range []struct {
		path, list, id string
		pages, want    int
	}{
		{"/v3/images/custom?imageStatus=AVAILABLE&imageStatus=FAILED", "images", "imageId", 2, n},
		{"/v3/images/custom?imageStatus=FAILED", "images", "imageId", 1, n / 2},
		{"/v3/clusters?region=us-east-1", "clusters", "clusterName", 2, n},
	} {
		seen := map[string]bool{}
		path, pages := c.path, 0
		for token := ""; pages == 0 || token != ""; pages++ {
			code, body := s.get(path)
			if code != http.StatusOK {
				t.Fatal(code, body)
			}
			for _, x := range body[c.list].([]any) {
				id := x.(map[string]any)[c.id].(string)
				if seen[id] {
					t.Errorf("%s: %s twice", c.path, id)
				}
				seen[id] = true
			}
			token, _ = body["nextToken"].(string)
			path = c.path + "&nextToken=" + token
		}
		if pages != c.pages || len(seen) != c.want {
			t.Errorf("%s: %d pages, %d elements", c.path, pages, len(seen))
		}
	}
}

// The table of upstream's integration tests (parallelcluster.md §9).
func TestUpstreamAcceptance(t *testing.T) {
	s := newSite(t)
	s.command("group " + buildGroup)
	s.command("stream " + buildGroup + " 3.2.1/1")
	first := clock.Add(-time.Minute)
	for i, at := range []time.Time{first, first.Add(5 * time.Second), first.Add(9 * time.Second)} {
		s.command(fmt.Sprintf("put %s 3.2.1/1 %d event %d", buildGroup, at.UnixMilli(), i))
	}
	iso := func(d time.Duration) string {
		return first.Add(d).UTC().Format("2006-01-02T15:04:05.000000") + "%2B00:00"
	}
	base := "/v3/images/custom/img/logstreams/3.2.1%2F1?region=us-east-1"
	_, page := s.get(base + "&limit=1&startFromHead=true")
	token := page["nextToken"].(string)
	for _, c := range []struct {
		query         string
		events        int
		containsFirst bool
	}{
		{"&limit=1", 1, false},
		{"&limit=2&startFromHead=True", 2, true},
		{"&limit=1&startTime=" + iso(-time.Second) + "&endTime=" + iso(time.Second) + "&startFromHead=True", 1, true},
		{"&limit=1&endTime=" + iso(-time.Second), 0, false},
		{"&limit=1&startTime=" + iso(time.Second) + "&startFromHead=True", 1, false},
		{"&limit=1&nextToken=" + token, 1, false},
		{"&limit=1&startFromHead=True&nextToken=" + token, 1, false},
	} {
		code, body := s.get(base + c.query)
		events, _ := body["events"].([]any)
		contains := false
		for _, e := range events {
			contains = contains || e.(map[string]any)["message"] == "event 0"
		}
		if code != http.StatusOK || len(events) != c.events || contains != c.containsFirst || body["nextToken"] == nil || body["prevToken"] == nil {
			t.Errorf("%s: %d %v", c.query, code, body)
		}
	}
	_, page = s.get(base + "&nextToken=" + token)
	last := page["nextToken"].(string)
	if _, page = s.get(base + "&nextToken=" + last); page["nextToken"] != last {
		t.Errorf("at the end the token %s does not come again: %v", last, page)
	}
}

// Requests are verified as both official clients sign them: the path as sent and encoded once more, the query as sent; the
// region of the scope is whatever the client made of the host. Refusals are 401 and a message.
func TestSignatures(t *testing.T) {
	s := newSite(t)
	s.command("group " + buildGroup)
	s.command("stream " + buildGroup + " 3.2.1/1")
	key, err := s.keyring.Create(t.Context(), auth.DefaultAccount, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, id, secret, service, region string
		want                                    int
		message                                 string
	}{
		{"as the Go client", "/v3/images/custom/img/logstreams?region=us-east-1", key.AccessKeyID, key.Secret, "execute-api", "us-east-1", 200, ""},
		{"below the stage", "/prod/v3/images/custom/img/logstreams?region=us-east-1", key.AccessKeyID, key.Secret, "execute-api", "us-east-1", 200, ""},
		{"escaped slash, scope 0", "/v3/images/custom/img/logstreams/3.2.1%2F1?region=us-east-1", key.AccessKeyID, key.Secret, "execute-api", "0", 200, ""},
		{"open slash", "/v3/images/custom/img/logstreams/3.2.1/1?region=us-east-1&startFromHead=True", key.AccessKeyID, key.Secret, "execute-api", "0", 200, ""},
		{"wrong secret", "/v3/images/custom/img/logstreams", key.AccessKeyID, "wrong", "execute-api", "us-east-1", 401, "The request signature we calculated does not match"},
		{"unknown key", "/v3/images/custom/img/logstreams", "AKIAOTHER", key.Secret, "execute-api", "us-east-1", 401, "The security token included in the request is invalid."},
		{"another service", "/v3/images/custom/img/logstreams", key.AccessKeyID, key.Secret, "logs", "us-east-1", 401, "execute-api"},
		{"unsigned", "/v3/images/custom/img/logstreams", "", "", "", "", 401, "Missing Authentication Token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, s.server.URL+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.id != "" {
				empty := sha256.Sum256(nil)
				credentials := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret}
				if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(empty[:]), c.service, c.region, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != c.want || !strings.Contains(string(text), c.message) || c.want != 200 && !strings.HasPrefix(string(text), `{"message":"`) {
				t.Errorf("%s %s %v, want %d %q", answer.Status, text, err, c.want, c.message)
			}
		})
	}
}
