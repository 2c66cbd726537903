package pcluster

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/auth"
)

// Config is what a Handler works with. Every member is needed but Prefix.
type Config struct {
	Service api.Service
	Auth    *auth.Authenticator // for the service execute-api
	Region  string              // of requests that name none
	Version string              // of images and clusters that state none, X.Y.Z
	Prefix  string              // a path before /v3 that is taken off, such as /prod; /v3 alone answers too
	Logger  *slog.Logger
	Now     func() time.Time
	// Observe hears of every request that was answered.
	Observe func(operation string, status int, took time.Duration, in, out int)
	// NewRequestID names a request in answers and in the log.
	NewRequestID func() string
}

// Handler serves /v3/….
type Handler struct{ Config }

// New makes a Handler. It is safe for concurrent use.
func New(c Config) *Handler { return &Handler{c} }

// request is one call that was let in, with its parameters checked.
type request struct {
	*params
	target
	ctx context.Context // carries the caller in the request's region
}

type callerKey struct{}

// caller is what ServeHTTP found out before routing.
type caller struct {
	identity  auth.Identity
	body      []byte
	requestID string
}

// Matches tells whether a path is this API's: all below /v3 and below the prefix.
func (h *Handler) Matches(path string) bool {
	return isBelow(path, "/v3") || h.Prefix != "" && isBelow(path, h.Prefix)
}

func isBelow(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// ServeHTTP verifies the caller on the request as it came in, then routes it without the prefix.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := caller{requestID: h.NewRequestID()}
	w.Header().Set("X-Amzn-Requestid", c.requestID)
	var err error
	if c.body, err = readBody(r); err == nil {
		c.identity, err = h.authenticate(r, c.body)
	}
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
	if err != nil {
		h.answer(w, r, "", h.Now(), nil, err)
		return
	}
	to, refused := find(r.Method, h.apiPath(r))
	if refused != nil {
		h.answer(w, r, "", h.Now(), nil, refused)
		return
	}
	h.serve(w, r, to)
}

// apiPath is the path as it was sent, without the prefix, if it leads to the API; else it leads nowhere.
func (h *Handler) apiPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	if !strings.HasPrefix(path, "/v3/") {
		path = strings.TrimPrefix(path, h.Prefix)
	}
	if !strings.HasPrefix(path, "/v3/") {
		return ""
	}
	return path
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, badRequest("the request's body could not be read")
	}
	if len(body) > maxBody {
		return nil, badRequest("the request's body is longer than %d bytes", maxBody)
	}
	return body, nil
}

func (h *Handler) authenticate(r *http.Request, body []byte) (auth.Identity, error) {
	pending, err := h.Auth.Begin(r)
	if err != nil {
		return auth.Identity{}, err
	}
	return pending.Finish(sha256.Sum256(body))
}

// serve runs one operation.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, to target) {
	begun := h.Now()
	defer func() {
		if fault := recover(); fault != nil {
			h.Logger.Error("panic", "operation", to.name, "panic", fault, "stack", string(debug.Stack()))
			h.answer(w, r, to.name, begun, nil, errors.New("panic"))
		}
	}()
	result, err := h.run(r, to)
	h.answer(w, r, to.name, begun, result, err)
}

// run checks in upstream's order: types and patterns, then the region, then times and limit; the operation itself asks last
// whether what is named exists.
func (h *Handler) run(r *http.Request, to target) (any, error) {
	c := r.Context().Value(callerKey{}).(caller)
	if to.id != "" {
		if err := parseID(to.id); err != nil {
			return nil, err
		}
	}
	if to.body != nil {
		if err := checkBody(r.Header.Get("Content-Type"), c.body, to.body); err != nil {
			return nil, err
		}
	}
	p, err := parseParams(r.URL.Query(), c.body, h.Region, to.statuses)
	if err != nil {
		return nil, err
	}
	if to.answer == nil {
		return nil, badRequest("The operation '%s' is not supported in region '%s'.", to.name, p.region)
	}
	c.identity.Region = p.region
	return to.answer(h, &request{params: p, target: to, ctx: auth.NewContext(r.Context(), c.identity)})
}

// answer sends a result or an error, and tells who observes.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, name string, begun time.Time, result any, err error) {
	c := r.Context().Value(callerKey{}).(caller)
	status, body := http.StatusOK, result
	if err != nil {
		status, body = h.translate(r, c.requestID, name, err)
		if e, ok := errors.AsType[*apiError](err); ok && e.allow != "" {
			w.Header().Set("Allow", e.allow)
		}
	}
	n := writeJSON(w, status, body)
	h.Observe(name, status, h.Now().Sub(begun), len(c.body), n)
	h.Logger.Debug("request", "request_id", c.requestID, "operation", name, "path", r.URL.Path, "status", status, "account", c.identity.Account)
}
