package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"strings"
	"sync"
)

// Verify compares the signature with the one that the secret gives for the request and the SHA-256 of its body bytes as
// they were sent, that is compressed if they were. The error is a *Error with CodeInvalid.
func (s *Signature) Verify(secret string, payload [sha256.Size]byte) error {
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], payload[:])
	if s.claimed != "" && s.claimed != string(digits[:]) {
		return errMismatch()
	}
	id := keyID{secret: secret, date: s.Date, region: s.Region, service: s.Service}
	key, known := s.verifier.keys.get(id)
	if !known {
		key = id.derive()
	}
	if !s.matches(key, &digits) {
		return errMismatch()
	}
	// Only what proved right is kept: nobody without the secret can push keys out of the cache.
	if !known {
		s.verifier.keys.put(id, key)
	}
	return nil
}

// matches tries the host as it came, then with the default ports' other spelling: clients and proxies disagree about
// whether "host:443" is to be written out.
func (s *Signature) matches(key *signingKey, payload *[2 * sha256.Size]byte) bool {
	host := string(s.canonical[s.host.start:s.host.end])
	if s.matchesHost(key, payload, host) {
		return true
	}
	for _, port := range [...]string{":443", ":80"} {
		if bare, ok := strings.CutSuffix(host, port); ok {
			return s.matchesHost(key, payload, bare)
		}
	}
	if strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']') {
		return false
	}
	return s.matchesHost(key, payload, host+":443") || s.matchesHost(key, payload, host+":80")
}

func (s *Signature) matchesHost(key *signingKey, payload *[2 * sha256.Size]byte, host string) bool {
	return subtle.ConstantTimeCompare([]byte(s.expected(key, payload, host)), []byte(s.signature)) == 1
}

// expected is the signature that the request must have, in hex.
func (s *Signature) expected(key *signingKey, payload *[2 * sha256.Size]byte, host string) string {
	digest := sha256.New()
	digest.Write(s.canonical[:s.host.start])
	digest.Write([]byte(host))
	digest.Write(s.canonical[s.host.end:])
	digest.Write(payload[:])
	var sum [sha256.Size]byte
	digest.Sum(sum[:0])

	text := make([]byte, 0, 256)
	text = append(text, algorithm+"\n"...)
	text = append(text, s.stamp...)
	text = append(text, '\n')
	for _, part := range [...]string{s.Date, s.Region, s.Service} {
		text = append(text, part...)
		text = append(text, '/')
	}
	text = append(text, terminator+"\n"...)
	text = hex.AppendEncode(text, sum[:])

	mac := key.macs.Get().(hash.Hash)
	defer key.macs.Put(mac)
	mac.Reset()
	mac.Write(text)
	mac.Sum(sum[:0])
	return hex.EncodeToString(sum[:])
}

// signingKey is what a secret becomes for one day, region and service.
type signingKey struct{ macs sync.Pool } // of hash.Hash, HMACs under the key

// keyID names a signing key by all that it is made of, the secret too: a key id may come back with another secret.
type keyID struct{ secret, date, region, service string }

func (id keyID) derive() *signingKey {
	step := []byte("AWS4" + id.secret)
	for _, part := range [...]string{id.date, id.region, id.service, terminator} {
		mac := hmac.New(sha256.New, step)
		mac.Write([]byte(part))
		step = mac.Sum(nil)
	}
	return &signingKey{sync.Pool{New: func() any { return hmac.New(sha256.New, step) }}}
}

// maxKeys bounds the cache: a key a day and region for a thousand callers.
const maxKeys = 1024

// keyCache keeps derived keys; a full one lets an arbitrary key go, which costs four HMACs when it is wanted again.
type keyCache struct {
	mu   sync.RWMutex
	keys map[keyID]*signingKey
}

func (c *keyCache) get(id keyID) (*signingKey, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	key, ok := c.keys[id]
	return key, ok
}

func (c *keyCache) put(id keyID, key *signingKey) {
	// The parts are slices of a request's header, which would stay in memory with them.
	id = keyID{strings.Clone(id.secret), strings.Clone(id.date), strings.Clone(id.region), strings.Clone(id.service)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil {
		c.keys = map[keyID]*signingKey{}
	}
	if len(c.keys) >= maxKeys {
		for old := range c.keys {
			delete(c.keys, old)
			break
		}
	}
	c.keys[id] = key
}
