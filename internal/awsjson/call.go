package awsjson

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"tailrace/internal/auth"
)

// call is one request on its way.
type call struct {
	*Handler
	r         *http.Request
	id        string
	start     time.Time
	operation string // empty until it is found
	gzip      bool
	read      bool // the body was
	panicked  bool

	maxBody  int64  // of the operation that is asked for
	reserved int64  // of the bytes in flight
	wire     []byte // the body as sent
	inflated []byte
	dst      []byte
}

// run does everything up to the answer. A panic becomes an error.
func (c *call) run() (out []byte, err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			c.panicked = true
			out, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	id, err := c.authenticate()
	if err != nil {
		c.drain()
		return nil, err
	}
	invoke, err := c.find()
	if err != nil {
		return nil, err
	}
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	c.dst = getBuffer(&answers)
	return invoke(context.WithValue(auth.NewContext(c.r.Context(), id), contextKey{}, c.id), body, c.dst[:0])
}

// authenticate refuses what the headers allow to refuse, reads the body and verifies the signature over it.
func (c *call) authenticate() (auth.Identity, error) {
	if err := c.checkHeaders(); err != nil {
		return auth.Identity{}, err
	}
	pending, err := c.conf.Auth.Begin(c.r)
	if err != nil {
		return auth.Identity{}, err
	}
	if c.r.ContentLength > c.maxBody {
		return auth.Identity{}, errTooLarge(c.maxBody)
	}
	if err := c.reserve(); err != nil {
		return auth.Identity{}, err
	}
	sum, err := c.readBody(pending.NeedsPayload())
	if err != nil {
		return auth.Identity{}, err
	}
	return pending.Finish(sum)
}

func (c *call) checkHeaders() error {
	mediaType, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	mediaType = strings.TrimSpace(mediaType)
	switch {
	case strings.EqualFold(mediaType, "application/cbor"):
		return errUnknownOperation
	case c.r.URL.Path != "/":
		return errPath
	case c.r.Method != http.MethodPost:
		return errMethod
	case !strings.EqualFold(mediaType, contentType):
		return errContentType
	}
	switch encoding := strings.Join(c.r.Header["Content-Encoding"], ","); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip":
		c.gzip = true
	default:
		return errEncoding(encoding)
	}
	return nil
}

// reserve waits until there is memory for the body.
func (c *call) reserve() error {
	size := c.r.ContentLength
	if size < 0 {
		size = c.maxBody
	}
	if c.gzip {
		size += c.maxBody
	}
	if size <= trusted {
		return nil
	}
	if c.inFlight.TryAcquire(size) {
		c.reserved = size
		return nil
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), patience)
	defer cancel()
	if c.inFlight.Acquire(ctx, size) == nil {
		c.reserved = size
		return nil
	}
	if err := c.r.Context().Err(); err != nil {
		return err
	}
	return errBusy
}

var digests = sync.Pool{New: func() any { return sha256.New() }}

// readBody reads the body as sent and hashes it on the way if the hash is wanted.
func (c *call) readBody(hashed bool) (sum [sha256.Size]byte, err error) {
	var digest hash.Hash
	if hashed {
		digest = digests.Get().(hash.Hash)
		defer digests.Put(digest)
		digest.Reset()
	}
	c.wire, err = readAll(getBuffer(&bodies), c.r.Body, c.r.ContentLength, c.maxBody, digest)
	if err != nil {
		return sum, bodyError(err, c.maxBody)
	}
	c.read = true
	if hashed {
		digest.Sum(sum[:0])
	}
	return sum, nil
}

// find looks the operation up. It runs behind the signature: strangers learn nothing of what there is.
func (c *call) find() (Invoke, error) {
	targets := c.r.Header["X-Amz-Target"]
	if len(targets) != 1 {
		return nil, errUnknownOperation
	}
	name, ok := strings.CutPrefix(targets[0], targetPrefix)
	if !ok {
		return nil, errUnknownOperation
	}
	invoke, ok := c.conf.Lookup(name)
	if !ok {
		return nil, errUnknownOperation
	}
	c.operation = name
	return invoke, nil
}

// body is what the operation decodes.
func (c *call) body() ([]byte, error) {
	body := c.wire
	if c.gzip {
		var err error
		if c.inflated, err = inflate(getBuffer(&bodies), c.wire, c.maxBody); err != nil {
			return nil, inflateError(err, c.maxBody)
		}
		body = c.inflated
	}
	if len(body) == 0 {
		return []byte("{}"), nil
	}
	return body, nil
}

func (c *call) release(out []byte) {
	putBuffer(&bodies, c.wire)
	putBuffer(&bodies, c.inflated)
	if out == nil {
		out = c.dst
	}
	putBuffer(&answers, out)
}
