package auth

import (
	"crypto/rand"
	"fmt"
)

func (k Key) check() error {
	switch {
	case !all(k.AccessKeyID, 3, 128, isIDByte):
		return fmt.Errorf("%w: the access key id must be 3 to 128 letters, digits, '_' or '-'", ErrInvalidKey)
	case !all(k.Secret, 8, 128, func(c byte) bool { return c > ' ' && c < 0x7f }):
		return fmt.Errorf("%w: the secret must be 8 to 128 visible ASCII characters", ErrInvalidKey)
	case !isAccount(k.Account):
		return fmt.Errorf("%w: the account must be 12 digits", ErrInvalidKey)
	}
	return nil
}

// randomText returns n characters of the alphabet, each as likely as the others.
func randomText(n int, alphabet string) string {
	text := make([]byte, 0, n)
	var b [64]byte
	for len(text) < n {
		rand.Read(b[:])
		for _, c := range b {
			// The six low bits; what lies behind the alphabet is drawn again.
			if i := int(c & 63); i < len(alphabet) && len(text) < n {
				text = append(text, alphabet[i])
			}
		}
	}
	return string(text)
}

func isIDByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-'
}

func all(s string, least, most int, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}
