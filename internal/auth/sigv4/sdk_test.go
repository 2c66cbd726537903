package sigv4_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"tailrace/internal/auth/sigv4"
)

var signingTime = time.Date(2026, 11, 20, 21, 4, 54, 0, time.UTC)

// sign lets the SDK sign a request and returns it as it goes over the wire.
func sign(t interface{ Fatal(...any) }, r *http.Request, body []byte, token, service, region string) []byte {
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(sum[:]), service, region, signingTime); err != nil {
		t.Fatal(err)
	}
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	return wire.Bytes()
}

// drawWire draws a request signed by the SDK.
func drawWire(t *rapid.T) []byte {
	pieces := []string{"/", "a", "3.2.1%2F1", "%25", "/v3/images", "$LATEST", "~", "%C3%A9", "+", ":", "=", "@", "[x]"}
	path := "/" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 5).Draw(t, "path"), "")
	// A path that starts with two slashes is an authority to those who parse it.
	path = "/" + strings.TrimLeft(path, "/")
	method := rapid.SampledFrom([]string{"GET", "POST", "DELETE"}).Draw(t, "method")
	host := rapid.SampledFrom([]string{"127.0.0.1:4586", "logs.us-east-1.amazonaws.com", "h:80", "h:443", "[::1]:8080", "h"}).Draw(t, "host")
	body := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
	r, err := http.NewRequest(method, "http://"+host+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{}
	for range rapid.IntRange(0, 4).Draw(t, "pairs") {
		query.Add(rapid.SampledFrom([]string{"region", "a", "B", "nextToken", "é"}).Draw(t, "name"), rapid.StringN(0, 6, -1).Draw(t, "value"))
	}
	r.URL.RawQuery = query.Encode()
	value := rapid.StringOfN(rapid.SampledFrom([]rune("ab, =;\"  é")), 0, 12, -1)
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"X-Amz-Target", "X-Custom", "Content-Type", "Accept"}), 0, 4, rapid.ID[string]).Draw(t, "headers") {
		for range rapid.IntRange(1, 2).Draw(t, "values") {
			r.Header.Add(name, value.Draw(t, name))
		}
	}
	token := rapid.SampledFrom([]string{"", "to/ken+=="}).Draw(t, "token")
	region := rapid.SampledFrom([]string{"us-east-1", "0", "eu-west-3"}).Draw(t, "scope region")
	return sign(t, r, body, token, rapid.SampledFrom([]string{"logs", "execute-api"}).Draw(t, "service"), region)
}

func TestSDKSignsWeVerify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if wire := drawWire(t); verifyWire(wire) != nil {
			t.Fatalf("%v\n%s", verifyWire(wire), wire)
		}
	})
}

// TestChangedBitFails flips one bit of what is signed: the request's target and method, the host, signed headers' names and
// values, the Authorization header, the body.
func TestChangedBitFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wire := drawWire(t)
		covered := coveredBytes(wire)
		at := rapid.SampledFrom(covered).Draw(t, "byte")
		changed := bytes.Clone(wire)
		changed[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if sameToHTTP(wire, changed) {
			t.Skip("the same request")
		}
		if verifyChanged(changed, signingTime) == nil {
			t.Fatalf("verifies after a change at %d:\n%s\n---\n%s", at, wire, changed)
		}
	})
}

// TestEveryChangedBitFails does the same to recorded requests, bit by bit.
func TestEveryChangedBitFails(t *testing.T) {
	for _, name := range recorded(t) {
		wire, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, _, err := parseWire(wire)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range coveredBytes(wire) {
			for bit := range 8 {
				if testing.Short() && bit%5 != 0 {
					continue
				}
				changed := bytes.Clone(wire)
				changed[at] ^= 1 << bit
				if !sameToHTTP(wire, changed) && verifyChanged(changed, signed) == nil {
					t.Errorf("%s verifies after a change of bit %d at %d:\n%s", name, bit, at, changed)
				}
			}
		}
	}
}

// verifyChanged verifies at the time of signing, and for the key that signed only.
func verifyChanged(wire []byte, signed time.Time) error {
	r, body, err := parseWire(wire)
	if err != nil {
		return err
	}
	for _, service := range []string{"logs", "execute-api"} {
		v := sigv4.New(sigv4.Options{Service: service, Now: func() time.Time { return signed }})
		s, err := v.Parse(r)
		if err != nil {
			continue
		}
		if s.AccessKeyID == accessKeyID && s.Verify(secret, sha256.Sum256(body)) == nil {
			return nil
		}
	}
	return errors.New("refused")
}

// coveredBytes lists the places of a request that its signature covers.
func coveredBytes(wire []byte) []int {
	var places []int
	add := func(from, to int) {
		for i := from; i < to; i++ {
			places = append(places, i)
		}
	}
	_, signed, _ := bytes.Cut(wire, []byte("SignedHeaders="))
	signed, _, _ = bytes.Cut(signed, []byte(","))
	names := ";" + string(signed) + ";authorization;"
	at := 0
	for i := 0; ; i++ {
		line, _, _ := bytes.Cut(wire[at:], []byte("\r\n"))
		if len(line) == 0 {
			add(at+2, len(wire))
			return places
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		if i == 0 {
			add(at, at+bytes.LastIndexByte(line, ' '))
		} else if strings.Contains(names, ";"+strings.ToLower(string(name))+";") {
			add(at, at+len(line))
		}
		at += len(line) + 2
	}
}

// sameToHTTP tells changes that do not reach the verifier: the capitals of a header's name, spaces around a value.
func sameToHTTP(wire, changed []byte) bool {
	a, bodyA, errA := parseWire(wire)
	b, bodyB, errB := parseWire(changed)
	if errA != nil || errB != nil || !bytes.Equal(bodyA, bodyB) || a.Method != b.Method || a.RequestURI != b.RequestURI || a.Host != b.Host {
		return false
	}
	return fmt.Sprint(a.Header) == fmt.Sprint(b.Header)
}
