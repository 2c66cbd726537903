package pcluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"tailrace/internal/auth"
)

// apiError is an answer that is no success: a status and the one member of its body.
type apiError struct {
	status  int
	message string
	allow   string // the header Allow, of a wrong method
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

func badRequest(format string, args ...any) error {
	return &apiError{status: http.StatusBadRequest, message: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &apiError{status: http.StatusNotFound, message: fmt.Sprintf(format, args...)}
}

// errNoRoute and errMethod have the texts of the upstream server's router.
var errNoRoute = &apiError{
	status:  http.StatusNotFound,
	message: "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
}

func errMethod(allow string) *apiError {
	return &apiError{http.StatusMethodNotAllowed, "The method is not allowed for the requested URL.", allow}
}

// message is the body of every error.
type message struct {
	Message string `json:"message"`
}

// exception is an error of the CloudWatch Logs operations that a client may see.
type exception interface {
	error
	ErrorCode() string
	HTTPStatus() int
}

// translate makes an answer of an error. What no client should see goes to the log.
func (h *Handler) translate(r *http.Request, requestID, name string, err error) (int, any) {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.status, message{e.message}
	}
	if e, ok := errors.AsType[*auth.Error](err); ok {
		return e.RESTStatus(), message{e.Message}
	}
	if e, ok := errors.AsType[exception](err); ok {
		return exceptionStatus(e), message{exceptionText(e)}
	}
	if !errors.Is(err, context.Canceled) {
		h.Logger.Error("request failed", "request_id", requestID, "operation", name, "path", r.URL.Path, "error", err)
	}
	return http.StatusInternalServerError, message{"Internal failure. The server's log tells more under request id " + requestID + "."}
}

func exceptionStatus(e exception) int {
	switch e.ErrorCode() {
	case "ThrottlingException", "LimitExceededException":
		return http.StatusTooManyRequests
	case "AccessDeniedException":
		return http.StatusForbidden
	case "InvalidParameterException", "ValidationException":
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// exceptionText is what an exception says, as a bad request where it is one.
func exceptionText(e exception) string {
	text := exceptionMessage(e)
	if exceptionStatus(e) == http.StatusBadRequest {
		return "Bad Request: " + text
	}
	return text
}

// exceptionMessage is the member message of an exception.
func exceptionMessage(e exception) string { return strings.TrimPrefix(e.Error(), e.ErrorCode()+": ") }

// writeJSON sends a body and returns its length; what bodies are made of always marshals.
func writeJSON(w http.ResponseWriter, status int, body any) int {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a client that is gone is nobody's error
	return text.Len()
}
