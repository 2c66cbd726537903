package sigv4

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzRequest reads requests from the wire: no panic, what parses agrees with itself, nothing verifies under a secret that
// nobody signed with.
func FuzzRequest(f *testing.F) {
	names, err := filepath.Glob("testdata/clients/*.http")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		wire, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	verifiers := []*Verifier{
		New(Options{Service: "logs", Now: at("20261121T064341Z")}), New(Options{Service: "execute-api", Now: at("20261121T064341Z")}),
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			return
		}
		for _, v := range verifiers {
			s, err := v.Parse(r)
			if err != nil {
				continue
			}
			if claimed, ok := ClaimedCredential(r); !ok || claimed != s.Credential || s.Service != v.service {
				t.Errorf("claims %+v, parsed %+v", claimed, s.Credential)
			}
			if got := string(s.canonical[s.host.start:s.host.end]); got != r.Host || !signs(s.signed, "host") {
				t.Errorf("host %q of %q", got, r.Host)
			}
			if s.Verify("another secret", EmptyPayload) == nil {
				t.Error("verifies under a secret that nobody has")
			}
		}
	})
}

// FuzzAuthorization takes headers apart: no panic, and the parts put together again give the same parts.
func FuzzAuthorization(f *testing.F) {
	f.Add(testAuth)
	f.Add("AWS4-HMAC-SHA256 Credential=a/b/20240101/r/s/aws4_request,SignedHeaders=host,Signature=0")
	f.Add("AWS4-HMAC-SHA256 Credential=, Signature")
	f.Add("AWS4-ECDSA-P256-SHA256 Credential=x")
	f.Add("Bearer token")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := authorization(request("Authorization: " + text))
		if err != nil {
			return
		}
		again := algorithm + " Credential=" + a.credential + ",SignedHeaders=" + a.signed + ",Signature=" + a.signature
		if b, err := authorization(request("Authorization: " + again)); err != nil || a != b {
			t.Errorf("%q gives %q, again %q, %v", text, a, b, err)
		}
		if c, err := parseCredential(a.credential); err == nil {
			if whole := strings.Join([]string{c.AccessKeyID, c.Date, c.Region, c.Service, terminator}, "/"); whole != a.credential {
				t.Errorf("credential %q is taken for %q", a.credential, whole)
			}
		}
	})
}

// FuzzQuery holds that the order of pairs does not matter, that nothing is lost, and that the canonical form is its own.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{"", "a", "b=2&a=1", "a=2&a=1&a", "&&", "=", "a==b", "region=us-east-1&nextToken=tok%3D%3D%2F%2B%26"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		canonical := string(appendQuery(nil, query))
		pairs := strings.Split(query, "&")
		slices.Reverse(pairs)
		if other := string(appendQuery(nil, strings.Join(pairs, "&"))); other != canonical {
			t.Errorf("%q: %q, in reverse %q", query, canonical, other)
		}
		if again := string(appendQuery(nil, canonical)); again != canonical {
			t.Errorf("%q: %q, again %q", query, canonical, again)
		}
		if query != "" && strings.Count(canonical, "&") != len(pairs)-1 {
			t.Errorf("%q: %q", query, canonical)
		}
	})
}
