package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

const sealVersion = 1

// sealer seals secrets under the key of the key file.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("cipher of the key file: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealer{}, fmt.Errorf("cipher of the key file: %w", err)
	}
	return sealer{aead}, nil
}

// seal encrypts a secret for the key id that it belongs to, and to no other.
func (s sealer) seal(accessKeyID, secret string) []byte {
	b := make([]byte, 1+s.aead.NonceSize(), 1+s.aead.NonceSize()+len(secret)+s.aead.Overhead())
	b[0] = sealVersion
	nonce := b[1:]
	rand.Read(nonce)
	return s.aead.Seal(b, nonce, []byte(secret), []byte(accessKeyID))
}

var errSeal = errors.New("the key file does not open this secret")

func (s sealer) open(accessKeyID string, sealed []byte) (string, error) {
	n := 1 + s.aead.NonceSize()
	if len(sealed) < n || sealed[0] != sealVersion {
		return "", errSeal
	}
	secret, err := s.aead.Open(nil, sealed[1:n], sealed[n:], []byte(accessKeyID))
	if err != nil {
		return "", errSeal
	}
	return string(secret), nil
}
