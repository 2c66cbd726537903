// Package auth says who calls: it verifies requests' signatures with the access keys of the catalog and puts the caller's
// Identity into the context. It keeps those keys (Keyring), their secrets sealed, and it watches the files of the
// server's certificate (CertificateFiles). It does not know operations and does not decide what a caller may do.
//
// There are two modes. As long as no key exists, not even a disabled one, the server is open: any signature or none is
// taken, the account is the access key id if that is twelve digits, and nothing is proved. From the first key on every
// request must be signed with an enabled key. Keys that another process adds or disables are seen after the keyring's TTL.
//
// Everything here is safe for concurrent use, but a Pending belongs to one request.
//
// The key file holds 32 random bytes. A sealed secret is
//
//	┌─────────┬──────────┬──────────────────────────────────┐
//	│ 1 (u8)  │ nonce 12 │ AES-256-GCM ciphertext + tag 16  │   additional data: the access key id
//	└─────────┴──────────┴──────────────────────────────────┘
package auth

import "context"

// DefaultAccount is whose the resources are when a caller names no account.
const DefaultAccount = "000000000000"

// Identity is a caller.
type Identity struct {
	// Account is twelve digits, Region is the region of the signature's scope: together they scope every resource.
	Account string
	Region  string
	// AccessKeyID is the key that signed; in open mode what the request claims, or empty.
	AccessKeyID string
	// Anonymous says that nothing was verified.
	Anonymous bool
}

type contextKey struct{}

// NewContext returns a context that carries id.
func NewContext(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// FromContext returns the caller that NewContext put there, or the zero Identity, to which no resource belongs.
func FromContext(ctx context.Context) Identity {
	id, _ := ctx.Value(contextKey{}).(Identity)
	return id
}
