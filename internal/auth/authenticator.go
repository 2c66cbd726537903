package auth

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"tailrace/internal/auth/sigv4"
)

// Options say whom an Authenticator lets in.
type Options struct {
	// Keyring has the keys.
	Keyring *Keyring
	// Service is what signatures must be for: "logs", "execute-api".
	Service string
	// Region is the caller's where open mode finds none in the request.
	Region string
	// RequireKeys refuses everybody while there is no key, instead of letting everybody in: for servers that others can reach.
	RequireKeys bool
	// Skew is how far clients' clocks may be off; 0 means 5 minutes.
	Skew time.Duration
	// Now is the clock.
	Now func() time.Time
}

// Authenticator finds the caller of a request, in two steps: Begin on the headers, Finish when the body is hashed.
type Authenticator struct {
	o        Options
	verifier *sigv4.Verifier
}

// New returns an Authenticator.
func New(o Options) *Authenticator {
	return &Authenticator{o: o, verifier: sigv4.New(sigv4.Options{Service: o.Service, Skew: o.Skew, Now: o.Now})}
}

// Pending is a request whose headers are in order and whose body is still to come.
type Pending struct {
	identity  Identity
	signature *sigv4.Signature // nil: open mode
	secret    string
}

// Begin reads the headers of a request, as it came in, before any prefix was stripped from its URL, and finds the key.
// It does not read the body. The error is an *Error, or another one if the catalog fails or a secret cannot be opened.
//
// A session token is refused: no key of ours has one, and AWS answers a token that it did not give in the same way.
func (a *Authenticator) Begin(r *http.Request) (*Pending, error) {
	open, err := a.isOpen(r.Context())
	if err != nil {
		return nil, err
	}
	if open {
		return &Pending{identity: a.anonymous(r)}, nil
	}
	s, err := a.verifier.Parse(r)
	if err != nil {
		return nil, refuse(err)
	}
	key, ok, err := a.o.Keyring.Lookup(r.Context(), s.AccessKeyID)
	if err != nil {
		return nil, err
	}
	if !ok || s.SessionToken != "" {
		return nil, errUnrecognized()
	}
	id := Identity{Account: key.Account, Region: s.Region, AccessKeyID: key.AccessKeyID}
	return &Pending{identity: id, signature: s, secret: key.Secret}, nil
}

func (a *Authenticator) isOpen(ctx context.Context) (bool, error) {
	if a.o.RequireKeys {
		return false, nil
	}
	has, err := a.o.Keyring.HasKeys(ctx)
	return !has, err
}

// anonymous believes what the request says.
func (a *Authenticator) anonymous(r *http.Request) Identity {
	id := Identity{Account: DefaultAccount, Region: a.o.Region, Anonymous: true}
	c, ok := sigv4.ClaimedCredential(r)
	if !ok {
		return id
	}
	id.AccessKeyID, id.Region = c.AccessKeyID, c.Region
	if isAccount(c.AccessKeyID) {
		id.Account = c.AccessKeyID
	}
	return id
}

// NeedsPayload tells whether Finish looks at the hash of the body.
func (p *Pending) NeedsPayload() bool { return p.signature != nil }

// Finish verifies the signature with the SHA-256 of the body's bytes as they were sent and returns the caller. The error
// is an *Error.
func (p *Pending) Finish(payload [sha256.Size]byte) (Identity, error) {
	if p.signature != nil {
		if err := p.signature.Verify(p.secret, payload); err != nil {
			return Identity{}, refuse(err)
		}
	}
	return p.identity, nil
}

func isAccount(s string) bool {
	if len(s) != len(DefaultAccount) {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
