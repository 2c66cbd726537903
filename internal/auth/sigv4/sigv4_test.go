package sigv4

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	testAuth   = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240101/us-east-1/logs/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
		"0000000000000000000000000000000000000000000000000000000000000000"
)

func at(stamp string) func() time.Time {
	t, err := time.Parse(stampLayout, stamp)
	if err != nil {
		panic(err)
	}
	return func() time.Time { return t }
}

// request makes a request from "Name: value" lines, as a server sees it.
func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func TestParseErrors(t *testing.T) {
	const date = "X-Amz-Date: 20240101T000000Z"
	auth := func(old, new string) string { return "Authorization: " + strings.Replace(testAuth, old, new, 1) }
	for _, c := range []struct {
		name    string
		headers []string
		want    string
	}{
		{"none", nil, "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"empty", []string{"Authorization: "}, "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"two", []string{"Authorization: " + testAuth, "Authorization: " + testAuth, date}, "IncompleteSignatureException: More than one Authorization header."},
		{"bearer", []string{"Authorization: Bearer x"}, "IncompleteSignatureException: Unsupported AWS 'algorithm': 'Bearer' (AWS4-HMAC-SHA256 is supported)."},
		{
			"nothing in it",
			[]string{"Authorization: AWS4-HMAC-SHA256"},
			"IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
		},
		{"no credential", []string{auth("Credential=AKIDEXAMPLE/20240101/us-east-1/logs/aws4_request, ", ""), date}, "IncompleteSignatureException: Authorization header requires 'Credential' parameter."},
		{"no date", []string{auth("", "")}, "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"twice", []string{auth("Signature=", "Signature=1, Signature="), date}, "IncompleteSignatureException: Authorization header has 'Signature' more than once."},
		{"no equal-sign", []string{auth("Signature=", "Signature,"), date}, "IncompleteSignatureException: 'Signature' not a valid key=value pair (missing equal-sign) in Authorization header."},
		{"unknown part", []string{auth("Signature=", "Other=1,Signature="), date}, "IncompleteSignatureException: 'Other' not a valid parameter of the Authorization header."},
		{"short scope", []string{auth("/logs/", "/"), date}, "IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20240101/us-east-1/aws4_request'"},
		{"terminator", []string{auth("aws4_request", "aws5_request"), date}, "InvalidSignatureException: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."},
		{"region", []string{auth("us-east-1", "us east"), date}, "InvalidSignatureException: Credential should be scoped to a valid region, not 'us east'. "},
		{"service", []string{auth("/logs/", "/s3/"), date}, "InvalidSignatureException: Credential should be scoped to correct service: 'logs'. "},
		{"scope date", []string{auth("20240101", "20240102"), date}, "InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20240102' != '20240101', from '20240101T000000Z'."},
		{"bad date", []string{auth("", ""), "X-Amz-Date: yesterday"}, "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"fraction", []string{auth("", ""), "X-Amz-Date: 20240101T000000.0Z"}, "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got '20240101T000000.0Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"host", []string{auth("host;", ""), date}, "InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"order", []string{auth("host;x-amz-date", "x-amz-date;host"), date}, "IncompleteSignatureException: 'SignedHeaders' must be lower-case names in ascending order, got 'x-amz-date;host'."},
		{"capitals", []string{auth("host;x-amz-date", "Host;x-amz-date"), date}, "IncompleteSignatureException: 'SignedHeaders' must be lower-case names in ascending order, got 'Host;x-amz-date'."},
		{"target", []string{auth("", ""), date, "X-Amz-Target: Logs_20140328.PutLogEvents"}, "InvalidSignatureException: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
		{"token", []string{auth("", ""), date, "X-Amz-Security-Token: t"}, "InvalidSignatureException: 'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization."},
		{"unsigned payload", []string{auth("", ""), date, "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"}, "InvalidSignatureException: The value of 'X-Amz-Content-Sha256' must be the SHA-256 of the body, not 'UNSIGNED-PAYLOAD'."},
		{"streaming", []string{auth("", ""), date, "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "InvalidSignatureException: The value of 'X-Amz-Content-Sha256' must be the SHA-256 of the body, not 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'."},
		{"header gone", []string{auth("host;", "host;x-amz-a;"), date}, errMismatch().Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(Options{Service: "logs", Now: at("20240101T000000Z")}).Parse(request(c.headers...))
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestPresignedIsRefused(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", nil)
	_, err := New(Options{Service: "logs", Now: at("20240101T000000Z")}).Parse(r)
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeIncomplete {
		t.Error(err)
	}
}

func TestSkew(t *testing.T) {
	for _, c := range []struct {
		now  string
		skew time.Duration
		want string
	}{
		{"20240101T000459Z", 0, ""},
		{"20240101T000500Z", 0, ""},
		{"20231231T235500Z", 0, ""},
		{"20240101T001000Z", 0, "InvalidSignatureException: Signature expired: 20240101T000000Z is now earlier than 20240101T000500Z (20240101T001000Z - 5 min.)"},
		{"20240101T000501Z", 0, "InvalidSignatureException: Signature expired: 20240101T000000Z is now earlier than 20240101T000001Z (20240101T000501Z - 5 min.)"},
		{"20231231T235459Z", 0, "InvalidSignatureException: Signature not yet current: 20240101T000000Z is still later than 20231231T235959Z (20231231T235459Z + 5 min.)"},
		{"20240101T000014Z", 15 * time.Second, ""},
		{"20240101T000016Z", 15 * time.Second, "InvalidSignatureException: Signature expired: 20240101T000000Z is now earlier than 20240101T000001Z (20240101T000016Z - 15s.)"},
	} {
		_, err := New(Options{Service: "logs", Skew: c.skew, Now: at(c.now)}).Parse(request("Authorization: "+testAuth, "X-Amz-Date: 20240101T000000Z"))
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("now %s\ngot  %s\nwant %s", c.now, got, c.want)
		}
	}
}

// signed parses a request that has a signature, if only a wrong one.
func signed(t testing.TB, v *Verifier, r *http.Request) *Signature {
	t.Helper()
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", testAuth)
	}
	s, err := v.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDateHeader(t *testing.T) {
	v := New(Options{Service: "logs", Now: at("20240101T000000Z")})
	for _, date := range []string{"20240101T000001Z", "Mon, 01 Jan 2024 00:00:01 GMT"} {
		r := request("Date: "+date, "Authorization: "+strings.Replace(testAuth, "host;x-amz-date", "date;host", 1))
		if s := signed(t, v, r); s.stamp != "20240101T000001Z" || s.Time.Second() != 1 {
			t.Errorf("%s: %s", date, s.stamp)
		}
	}
}

func TestCanonicalRequest(t *testing.T) {
	for _, c := range []struct{ target, query, path string }{
		{"/", "", "/"},
		{"/a%2Fb/~x.-_", "", "/a%252Fb/~x.-_"},
		{"/3.2.1/1?region=us-east-1&nextToken=tok%3D%3D%2F%2B%26", "nextToken=tok%3D%3D%2F%2B%26&region=us-east-1", "/3.2.1/1"},
		{"/?b&a=&b=1&&a=0", "=&a=&a=0&b=&b=1", "/"},
		{"/?f=x+y&f=Name=a,Values=b", "f=Name=a,Values=b&f=x+y", "/"},
		{"/é\"<?q=é\"", "q=é\"", "/%C3%A9%22%3C"},
		{"http://h/a/b?c", "c=", "/a/b"},
		{"http://h", "", "/"},
		{"*", "", "%2A"},
	} {
		r := request("X-Amz-Date: 20240101T000000Z")
		r.RequestURI = c.target
		s := signed(t, New(Options{Service: "logs", Now: at("20240101T000000Z")}), r)
		want := "POST\n" + c.path + "\n" + c.query + "\nhost:example.com\nx-amz-date:20240101T000000Z\n\nhost;x-amz-date\n"
		if string(s.canonical) != want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.target, s.canonical, want)
		}
	}
}

func TestHeaderValues(t *testing.T) {
	r := request("X-Amz-Date: 20240101T000000Z", "X-Many: \t a  b   c ", "X-Many: d\te", "X-Many: ")
	r.Header.Set("Authorization", strings.Replace(testAuth, "host;x-amz-date", "content-length;host;x-amz-date;x-many", 1))
	s := signed(t, New(Options{Service: "logs", Now: at("20240101T000000Z")}), r)
	for _, want := range []string{"\ncontent-length:0\n", "\nx-many:a b c,d\te,\n"} {
		if !bytes.Contains(s.canonical, []byte(want)) {
			t.Errorf("%q is not in %q", want, s.canonical)
		}
	}
}

// TestDefaultPorts signs with one spelling of the host and sends another.
func TestDefaultPorts(t *testing.T) {
	for _, c := range []struct {
		signed, sent string
		ok           bool
	}{
		{"h", "h", true},
		{"h", "h:443", true},
		{"h", "h:80", true},
		{"h:443", "h", true},
		{"h:80", "h", true},
		{"[::1]", "[::1]:443", true},
		{"[::1]:80", "[::1]", true},
		{"h", "h:8080", false},
		{"h:8080", "h", false},
		{"h:443", "h:80", false},
		{"h", "H", false},
	} {
		v := New(Options{Service: "logs", Now: at("20240101T000000Z")})
		r := request("X-Amz-Date: 20240101T000000Z")
		r.Host = c.signed
		giveSignature(t, v, r)
		r.Host = c.sent
		if err := signed(t, v, r).Verify(testSecret, EmptyPayload); (err == nil) != c.ok {
			t.Errorf("signed %s, sent %s: %v", c.signed, c.sent, err)
		}
	}
}

func TestClaimedHash(t *testing.T) {
	v := New(Options{Service: "logs", Now: at("20240101T000000Z")})
	r := request("X-Amz-Date: 20240101T000000Z")
	giveSignature(t, v, r)
	r.Header.Set("X-Amz-Content-Sha256", fmt.Sprintf("%x", EmptyPayload))
	if err := signed(t, v, r).Verify(testSecret, EmptyPayload); err != nil {
		t.Error(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", fmt.Sprintf("%x", [32]byte{}))
	if err := signed(t, v, r).Verify(testSecret, EmptyPayload); err == nil {
		t.Error("another hash than the body's passes")
	}
}

func TestKeyCacheIsBounded(t *testing.T) {
	var c keyCache
	for i := range 3 * maxKeys {
		id := keyID{secret: fmt.Sprint(i)}
		put := id.derive()
		c.put(id, put)
		if key, ok := c.get(id); !ok || key != put {
			t.Fatal("the key just put is not there")
		}
	}
	if len(c.keys) != maxKeys {
		t.Errorf("%d keys are kept", len(c.keys))
	}
}

// TestWrongSignatureIsNotCached holds that strangers cannot fill the cache with scopes.
func TestWrongSignatureIsNotCached(t *testing.T) {
	v := New(Options{Service: "logs", Now: at("20240101T000000Z")})
	if err := signed(t, v, request("X-Amz-Date: 20240101T000000Z")).Verify(testSecret, EmptyPayload); err == nil {
		t.Fatal("verifies")
	}
	if len(v.keys.keys) != 0 {
		t.Error("cached")
	}
}

// giveSignature gives a request the signature that the verifier itself expects: for tests of what happens to it then.
func giveSignature(t testing.TB, v *Verifier, r *http.Request) {
	t.Helper()
	key := keyID{testSecret, "20240101", "us-east-1", "logs"}.derive()
	payload := [64]byte(fmt.Appendf(nil, "%x", EmptyPayload))
	r.Header.Set("Authorization", cmp.Or(r.Header.Get("Authorization"), testAuth))
	right := signed(t, v, r).expected(key, &payload, r.Host)
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), strings.Repeat("0", 64), right, 1))
}

func BenchmarkParseVerify(b *testing.B) {
	v := New(Options{Service: "logs", Now: at("20240101T000000Z")})
	r := request("X-Amz-Date: 20240101T000000Z", "Content-Type: application/x-amz-json-1.1", "X-Amz-Target: Logs_20140328.PutLogEvents",
		"Amz-Sdk-Invocation-Id: 06fa215b-0000-4000-8000-000000000000", "Amz-Sdk-Request: attempt=1; max=3")
	r.Header.Set("Authorization", strings.Replace(testAuth, "host;x-amz-date",
		"amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target", 1))
	giveSignature(b, v, r)
	b.ReportAllocs()
	for b.Loop() {
		s, err := v.Parse(r)
		if err == nil {
			err = s.Verify(testSecret, EmptyPayload)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
