package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"tailrace/internal/auth/sigv4"
)

const payload = `{"limit":1}`

// signedRequest is a request that the SDK signed, as a server gets it.
func signedRequest(t testing.TB, c *clock, key Key, token, service string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(payload))
	r.Header.Set("X-Amz-Target", "Logs_20140328.DescribeLogGroups")
	sum := sha256.Sum256([]byte(payload))
	credentials := aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.Secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(sum[:]), service, "eu-west-1", c.Time); err != nil {
		t.Fatal(err)
	}
	return r
}

func authenticate(a *Authenticator, r *http.Request, body string) (Identity, error) {
	p, err := a.Begin(r)
	if err != nil {
		return Identity{}, err
	}
	return p.Finish(sha256.Sum256([]byte(body)))
}

func newAuthenticator(t testing.TB, c *clock, change func(*Options)) *Authenticator {
	t.Helper()
	o := Options{Keyring: newKeyring(t, newCatalog(t), filepath.Join(t.TempDir(), "keyfile"), c), Service: "logs", Region: "us-east-1", Now: c.now}
	if change != nil {
		change(&o)
	}
	return New(o)
}

func TestOpenMode(t *testing.T) {
	const scope = "AWS4-HMAC-SHA256 Credential=%s/20240101/%s/logs/aws4_request, SignedHeaders=host, Signature=00"
	c := newClock()
	a := newAuthenticator(t, c, nil)
	for _, tt := range []struct {
		name, authorization string
		want                Identity
	}{
		{"unsigned", "", Identity{DefaultAccount, "us-east-1", "", true}},
		{"signed by whomever", fmt.Sprintf(scope, "AKIDEXAMPLE", "eu-west-1"), Identity{DefaultAccount, "eu-west-1", "AKIDEXAMPLE", true}},
		{"account", fmt.Sprintf(scope, "123456789012", "0"), Identity{"123456789012", "0", "123456789012", true}},
		{"eleven digits", fmt.Sprintf(scope, "12345678901", "0"), Identity{DefaultAccount, "0", "12345678901", true}},
		{"not a region", fmt.Sprintf(scope, "123456789012", "a b"), Identity{DefaultAccount, "us-east-1", "", true}},
		{"another scheme", "Bearer x", Identity{DefaultAccount, "us-east-1", "", true}},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if tt.authorization != "" {
			r.Header.Set("Authorization", tt.authorization)
		}
		p, err := a.Begin(r)
		if err != nil || p.NeedsPayload() {
			t.Errorf("%s: %v, needs payload", tt.name, err)
			continue
		}
		if got, err := p.Finish([32]byte{}); got != tt.want || err != nil {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func TestVerifiedMode(t *testing.T) {
	c := newClock()
	a := newAuthenticator(t, c, nil)
	key, err := a.o.Keyring.Import(t.Context(), Key{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "123456789012"}, "")
	if err != nil {
		t.Fatal(err)
	}
	off, err := a.o.Keyring.Create(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.o.Keyring.Disable(t.Context(), off.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	wrong, stranger := key, key
	wrong.Secret += "x"
	stranger.AccessKeyID = "AKIDSTRANGER"
	unsigned := httptest.NewRequest(http.MethodPost, "/", nil)
	late := signedRequest(t, &clock{c.Add(-6 * time.Minute)}, key, "", "logs")
	for _, tt := range []struct {
		name, body, want string
		r                *http.Request
	}{
		{"right", payload, "", signedRequest(t, c, key, "", "logs")},
		{"unsigned", "", sigv4.CodeMissing, unsigned},
		{"wrong secret", payload, sigv4.CodeInvalid, signedRequest(t, c, wrong, "", "logs")},
		{"other body", payload + " ", sigv4.CodeInvalid, signedRequest(t, c, key, "", "logs")},
		{"other service", payload, sigv4.CodeInvalid, signedRequest(t, c, key, "", "execute-api")},
		{"too late", payload, sigv4.CodeInvalid, late},
		{"stranger", payload, codeUnrecognized, signedRequest(t, c, stranger, "", "logs")},
		{"disabled", payload, codeUnrecognized, signedRequest(t, c, off, "", "logs")},
		{"session token", payload, codeUnrecognized, signedRequest(t, c, key, "token", "logs")},
	} {
		id, err := authenticate(a, tt.r, tt.body)
		if tt.want == "" {
			if want := (Identity{"123456789012", "eu-west-1", "AKIDEXAMPLE", false}); err != nil || id != want {
				t.Errorf("%s: %+v, %v", tt.name, id, err)
			}
			continue
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != tt.want || id != (Identity{}) {
			t.Errorf("%s: %+v, %v", tt.name, id, err)
		}
	}
}

// TestRequireKeys holds that a server that others can reach stays shut when its last key goes.
func TestRequireKeys(t *testing.T) {
	c := newClock()
	a := newAuthenticator(t, c, func(o *Options) { o.RequireKeys = true })
	_, err := authenticate(a, httptest.NewRequest(http.MethodPost, "/", nil), "")
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != sigv4.CodeMissing {
		t.Error(err)
	}
	_, err = authenticate(a, signedRequest(t, c, Key{AccessKeyID: "123456789012", Secret: "anything"}, "", "logs"), payload)
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != codeUnrecognized {
		t.Error(err)
	}
}

func TestErrorForms(t *testing.T) {
	e := &Error{sigv4.CodeMissing, "Missing \"Token\""}
	if got := string(e.AppendJSON([]byte("x"))); got != `x{"__type":"MissingAuthenticationTokenException","message":"Missing \"Token\""}` {
		t.Error(got)
	}
	if got := string(e.AppendREST(nil)); got != `{"message":"Missing \"Token\""}` {
		t.Error(got)
	}
	if e.HTTPStatus() != 400 || e.RESTStatus() != 401 || AccessDenied("").RESTStatus() != 403 || AccessDenied("").HTTPStatus() != 400 {
		t.Error("status")
	}
}

func TestContext(t *testing.T) {
	if id := FromContext(t.Context()); id != (Identity{}) {
		t.Error(id)
	}
	want := Identity{Account: "1", Region: "r"}
	if id := FromContext(NewContext(t.Context(), want)); id != want {
		t.Error(id)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	c := newClock()
	a := newAuthenticator(b, c, nil)
	key, err := a.o.Keyring.Create(b.Context(), "", "")
	if err != nil {
		b.Fatal(err)
	}
	r := signedRequest(b, c, key, "", "logs")
	sum := sha256.Sum256([]byte(payload))
	b.ReportAllocs()
	for b.Loop() {
		p, err := a.Begin(r)
		if err == nil {
			_, err = p.Finish(sum)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
