// Package sigv4 verifies AWS Signature Version 4 (AWS4-HMAC-SHA256) as clients put it into the Authorization header, in two
// steps, so that a bad header costs no body and the body is hashed while it is read:
//
//	s, err := verifier.Parse(r)          // everything that the headers tell, the canonical request but for the body
//	err = s.Verify(secret, sha256OfBody) // the comparison
//
// The canonical request is made of what came over the wire, nothing is decoded and encoded anew (parallelcluster.md §5):
//
//	method
//	raw path, percent-encoded once more
//	raw query pairs, sorted by name and value
//	name:value of each signed header, spaces trimmed and folded, several values joined by ','
//
//	the signed headers' names
//	hex SHA-256 of the body bytes as sent
//
// It does not know who has which secret, it does not sign, and it refuses what it cannot check: signatures in the query,
// bodies that are not covered (UNSIGNED-PAYLOAD, STREAMING-…), asymmetric signatures. A Verifier is safe for concurrent use,
// a Signature is not. Errors are *Error with the names and texts of cloudwatch-logs.md §1.3.
package sigv4

import (
	"crypto/sha256"
	"net/http"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	// stampLayout is ISO 8601's basic format, the only one of X-Amz-Date.
	stampLayout = "20060102T150405Z"
	defaultSkew = 5 * time.Minute
)

// EmptyPayload is the hash of a request without a body.
var EmptyPayload = sha256.Sum256(nil)

// Options say what a Verifier accepts.
type Options struct {
	// Service is what the credential scope must name: "logs", "execute-api".
	Service string
	// Skew is how far X-Amz-Date may lie from Now, either way; 0 means 5 minutes.
	Skew time.Duration
	// Now is the clock.
	Now func() time.Time
}

// Verifier checks the signatures of requests to one service and keeps the signing keys that it derived, 1,024 at most.
type Verifier struct {
	service string
	skew    time.Duration
	now     func() time.Time
	keys    keyCache
}

// New returns a Verifier.
func New(o Options) *Verifier {
	v := &Verifier{service: o.Service, skew: o.Skew, now: o.Now}
	if v.skew == 0 {
		v.skew = defaultSkew
	}
	return v
}

// Credential is the scope that a request claims; nothing is proved by it.
type Credential struct {
	AccessKeyID string
	Date        string // YYYYMMDD
	Region      string
	Service     string
}

// Signature is a request's signature, well-formed, in time and of the right service, but not yet compared.
type Signature struct {
	Credential
	// Time is when the client signed.
	Time time.Time
	// SessionToken is X-Amz-Security-Token, signed; empty if there is none.
	SessionToken string

	verifier  *Verifier
	stamp     string // Time as the client wrote it into the string to sign
	signed    string // names of the signed headers
	signature string // hex
	claimed   string // X-Amz-Content-Sha256, empty if absent
	canonical []byte // the canonical request without its last line
	host      span   // where the host stands in canonical
}

// span is a piece of a buffer.
type span struct{ start, end int }

// Parse reads the signature of a request as it came in, before any prefix was stripped from its URL. It does not touch the
// body. Every error is a *Error.
func (v *Verifier) Parse(r *http.Request) (*Signature, error) {
	a, err := authorization(r)
	if err != nil {
		return nil, err
	}
	s := &Signature{verifier: v, signed: a.signed, signature: a.signature}
	if s.stamp, err = stamp(r.Header, &a); err != nil {
		return nil, err
	}
	if s.Credential, err = parseCredential(a.credential); err != nil {
		return nil, err
	}
	if err := s.checkScope(); err != nil {
		return nil, err
	}
	if err := s.checkHeaders(r.Header); err != nil {
		return nil, err
	}
	if err := s.buildCanonical(r); err != nil {
		return nil, err
	}
	return s, nil
}
