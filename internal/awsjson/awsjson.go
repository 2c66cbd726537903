// Package awsjson is AWS JSON 1.1 on HTTP (cloudwatch-logs.md §1): it takes POST / with X-Amz-Target, reads the capped body
// once, hashing it for the signature, has the caller verified before anything is parsed, inflates gzip, finds the
// operation, and writes its answer or exception. It knows no operation and no shape.
//
// What AWS does not document is decided here:
//
//   - Another method than POST is 405, another path than / is 404, both UnknownOperationException with a message.
//   - A missing or unknown target and CBOR are 400 UnknownOperationException without a message, as captured from AWS.
//   - Another Content-Type is the same with a message; parameters of the type are ignored.
//   - A body over the cap, as sent or inflated, is 413 RequestEntityTooLargeException.
//   - Bodies that together are more than memory is set aside for wait their turn, and after five seconds the request is
//     503 ServiceUnavailableException.
//   - A body that is not the gzip it claims to be, and another Content-Encoding, are 400 SerializationException.
//   - A body that stops arriving is 408 RequestTimeoutException.
//   - An empty body is {}.
//   - What is no exception is 500 InternalFailure with the request id; the cause is in the log alone.
//
// The signature covers the bytes as sent; refusals by the headers come before the body is read, and the body is then
// thrown away, within the cap, so that clients that write before they read see the answer.
package awsjson

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"tailrace/internal/auth"
)

const (
	contentType  = "application/x-amz-json-1.1"
	targetPrefix = "Logs_20140328."
	// DefaultMaxBody holds a whole PutLogEvents batch in its longest spelling: 1 MiB of control characters, six bytes each
	// as \u001b, and 10,000 events' braces, names and timestamps.
	DefaultMaxBody = 8 << 20
	// DefaultMaxInFlight holds 128 full batches of messages that need no escapes.
	DefaultMaxInFlight = 128 << 20
)

// Invoke runs an operation: it decodes body, appends the answer to dst and returns that; nothing appended is an operation
// without output. Neither slice may be kept after it returns, and the result must not share memory with body.
type Invoke func(ctx context.Context, body, dst []byte) ([]byte, error)

// Config is what a Handler is made of. Lookup, Auth, Logger and Now are required.
type Config struct {
	// Lookup finds an operation by its name.
	Lookup func(operation string) (Invoke, bool)
	// Auth finds the caller, who is in the context of Invoke.
	Auth *auth.Authenticator
	// MaxBody caps a body, as sent and inflated, in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// LongBodies are the operations whose bodies may be longer than MaxBody, and how long.
	LongBodies map[string]int64
	// MaxInFlight caps the bytes of all bodies of requests that are being answered, as sent and inflated together; bodies of
	// at most 256 KiB as sent and not compressed are not counted. Requests over it wait, and those that wait for longer than
	// a few seconds are refused. 0 means DefaultMaxInFlight; it is at least two bodies.
	MaxInFlight int64
	// Logger hears of faults (with the chain of errors), and of every request at debug level.
	Logger *slog.Logger
	// Observe, if set, hears of every request when it is answered: the operation (empty if unknown), the exception (empty if
	// none), the status (499: the caller hung up), the time it took, and the bytes of both bodies on the wire.
	Observe func(operation, code string, status int, d time.Duration, in, out int)
	// Now is the clock.
	Now func() time.Time
}

// Handler serves the protocol. It is safe for concurrent use.
type Handler struct {
	conf     Config
	inFlight *semaphore.Weighted
}

// New returns a Handler.
func New(c Config) *Handler {
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.MaxInFlight == 0 {
		c.MaxInFlight = DefaultMaxInFlight
	}
	longest := c.MaxBody
	for _, most := range c.LongBodies {
		longest = max(longest, most)
	}
	return &Handler{conf: c, inFlight: semaphore.NewWeighted(max(c.MaxInFlight, 2*longest))}
}

// maxBody is how long the body of a request may be.
func (h *Handler) maxBody(r *http.Request) int64 {
	return max(h.conf.MaxBody, h.conf.LongBodies[strings.TrimPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)])
}

// ServeHTTP answers one request. The request must be as it came in: signatures are over the path and query as sent.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: h, r: r, id: NewRequestID(), start: h.conf.Now(), maxBody: h.maxBody(r)}
	defer func() { h.inFlight.Release(c.reserved) }()
	out, err := c.run()
	c.answer(w, out, err)
	// Last, because the answer may be in them; never after a panic, because then somebody may still hold them.
	if !c.panicked {
		c.release(out)
	}
}
