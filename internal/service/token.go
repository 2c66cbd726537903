package service

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"sync"
	"time"

	"tailrace/internal/logs"
)

// A page token is
//
//	base64url( version u8 | issued, epoch milliseconds, u48 | cursor … | mac, 16 bytes )
//
// without padding, so it stands in a URL as it is. The cursor is the place of the page's last element (a keyset, never an
// offset). The mac is HMAC-SHA256, cut, under the installation's key over the walk and all that stands before it: a token
// that was altered, that is another operation's, account's or region's, or that comes with other query parameters than
// it was given for, is refused. Two things are not part of the walk: limit, the page size, and the token itself.
const (
	tokenVersion  = 1
	tokenTimeSize = 6
	tokenMACSize  = 16
	tokenHeadSize = 1 + tokenTimeSize

	// TokenLifetime is how long a page token is taken (cloudwatch-logs.md §17).
	TokenLifetime = 24 * time.Hour
)

var errToken = errors.New("token is not valid")

// tokens makes and reads page tokens. It is safe for concurrent use.
type tokens struct {
	now  func() time.Time
	macs sync.Pool // of hash.Hash
}

func newTokens(key []byte, now func() time.Time) *tokens {
	return &tokens{now: now, macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// seal makes the token that continues walk after cursor.
func (t *tokens) seal(walk walk, cursor []byte) string {
	raw := make([]byte, 0, tokenHeadSize+len(cursor)+tokenMACSize)
	raw = append(raw, tokenVersion)
	var issued [8]byte
	binary.BigEndian.PutUint64(issued[:], uint64(t.now().UnixMilli()))
	raw = append(raw, issued[len(issued)-tokenTimeSize:]...)
	raw = append(raw, cursor...)
	mac := t.mac(walk, raw)
	raw = append(raw, mac[:tokenMACSize]...)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// open returns the cursor in a token of the same walk, or errToken.
func (t *tokens) open(walk walk, token string) ([]byte, error) {
	return t.openWithin(walk, token, TokenLifetime)
}

// openWithin is open of a token that is taken for another time than TokenLifetime.
func (t *tokens) openWithin(walk walk, token string, lifetime time.Duration) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < tokenHeadSize+tokenMACSize || raw[0] != tokenVersion {
		return nil, errToken
	}
	body, mac := raw[:len(raw)-tokenMACSize], raw[len(raw)-tokenMACSize:]
	if want := t.mac(walk, body); !hmac.Equal(mac, want[:tokenMACSize]) {
		return nil, errToken
	}
	var issued [8]byte
	copy(issued[len(issued)-tokenTimeSize:], body[1:tokenHeadSize])
	if t.now().Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(issued[:])))) > lifetime {
		return nil, errToken
	}
	return body[tokenHeadSize:], nil
}

func (t *tokens) mac(walk walk, body []byte) (sum [sha256.Size]byte) {
	h := t.macs.Get().(hash.Hash)
	defer t.macs.Put(h)
	h.Reset()
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(walk)))
	h.Write(size[:])
	h.Write(walk)
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

// walk names everything that decides which elements a listing returns, in a form that no two walks share.
type walk []byte

// newWalk begins the walk of one operation in one scope.
func newWalk(operation string, scope logs.Scope) walk {
	return walk(nil).text(operation).text(scope.Account).text(scope.Region)
}

func (w walk) text(s string) walk {
	return append(binary.AppendUvarint(w, uint64(len(s))), s...)
}

func (w walk) texts(list []string) walk {
	w = w.number(int64(len(list)))
	for _, s := range list {
		w = w.text(s)
	}
	return w
}

func (w walk) number(n int64) walk { return binary.AppendVarint(w, n) }

func (w walk) flag(on bool) walk {
	if on {
		return w.number(1)
	}
	return w.number(0)
}

// appendID and readID are an event id's form inside a cursor.
func appendID(b []byte, id logs.EventID) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(id.Timestamp))
	b = binary.BigEndian.AppendUint64(b, uint64(id.Ingestion))
	b = binary.BigEndian.AppendUint64(b, id.Request)
	return binary.BigEndian.AppendUint16(b, id.Index)
}

const idSize = 26

func readID(b []byte) (logs.EventID, error) {
	if len(b) != idSize || b[0] > 0x7f || b[8] > 0x7f {
		return logs.EventID{}, errToken
	}
	return logs.EventID{
		Timestamp: int64(binary.BigEndian.Uint64(b)),
		Ingestion: int64(binary.BigEndian.Uint64(b[8:])),
		Request:   binary.BigEndian.Uint64(b[16:]),
		Index:     binary.BigEndian.Uint16(b[24:]),
	}, nil
}
