package awsjson

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// contentTypes is shared by all answers; net/http only reads it.
var contentTypes = []string{contentType}

// answer writes the one response and tells log and observer.
func (c *call) answer(w http.ResponseWriter, out []byte, err error) {
	status, code := http.StatusOK, ""
	var fault error
	if err != nil {
		var e exception
		if e, fault = c.exceptionOf(err); e == nil {
			c.hungUp(w, err)
			return
		}
		status, code = e.HTTPStatus(), e.ErrorCode()
		out = e.AppendJSON(nil)
	}
	h := w.Header()
	// Names with AWS's capitals, which Set would change; HTTP does not mind, people who search captures do.
	h["x-amzn-RequestId"] = []string{c.id}
	h["Content-Type"] = contentTypes
	h["Content-Length"] = []string{strconv.Itoa(len(out))}
	if status == http.StatusMethodNotAllowed {
		h.Set("Allow", http.MethodPost)
	}
	w.WriteHeader(status)
	// A client that is gone by now is its own affair.
	_, _ = w.Write(out)
	c.tell(code, status, len(out), fault)
}

// exceptionOf turns an error into what goes over the wire, and says what the operator must hear of. Both are nil for a
// client that hung up.
func (c *call) exceptionOf(err error) (e exception, fault error) {
	if c.isHangUp(err) {
		return nil, nil
	}
	e, ok := errors.AsType[exception](err)
	if !ok {
		return errInternal(c.id), err
	}
	if e.HTTPStatus() >= http.StatusInternalServerError {
		return e, err
	}
	return e, nil
}

// isHangUp tells a client that went away from a fault: its body broke off, or the operation was cancelled with it.
func (c *call) isHangUp(err error) bool {
	if _, ok := errors.AsType[*hangUpError](err); ok {
		return true
	}
	cause := c.r.Context().Err()
	return cause != nil && !c.panicked && errors.Is(err, cause)
}

// hungUp closes the connection of a client that went away. Should it be there after all, then because the server stops:
// let it come back.
func (c *call) hungUp(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	if _, broken := errors.AsType[*hangUpError](err); broken {
		status = http.StatusBadRequest
	}
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	c.tell(codeHangUp, statusHangUp, 0, nil)
}

func (c *call) tell(code string, status, out int, fault error) {
	took := c.conf.Now().Sub(c.start)
	if c.conf.Observe != nil {
		c.conf.Observe(c.operation, code, status, took, len(c.wire), out)
	}
	level := slog.LevelDebug
	if fault != nil {
		level = slog.LevelError
	}
	ctx := c.r.Context()
	if !c.conf.Logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String(requestIDKey, c.id), slog.String("operation", c.operation), slog.Int("status", status), slog.String("code", code),
		slog.Int("in", len(c.wire)), slog.Int("out", out), slog.Duration("took", took.Round(time.Microsecond)),
	}
	if fault != nil {
		attrs = append(attrs, slog.String("error", fault.Error()))
	}
	c.conf.Logger.LogAttrs(ctx, level, "request", attrs...)
}
