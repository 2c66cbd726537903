package auth

import (
	"encoding/json"
	"errors"
	"net/http"

	"tailrace/internal/auth/sigv4"
)

const (
	codeUnrecognized = "UnrecognizedClientException"
	codeAccessDenied = "AccessDeniedException"
)

// Error refuses a caller. The codes and texts are those of cloudwatch-logs.md §1.3. Its methods make both forms of the
// wire: the JSON API's (always 400) and the REST API's (parallelcluster.md §5: 401, 403 for a known caller).
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode is the name of the exception.
func (e *Error) ErrorCode() string { return e.Code }

// HTTPStatus is the status of the JSON API.
func (e *Error) HTTPStatus() int { return http.StatusBadRequest }

// AppendJSON appends the body of the JSON API, {"__type":…,"message":…}.
func (e *Error) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"__type":`...)
	dst = appendString(dst, e.Code)
	dst = append(dst, `,"message":`...)
	return append(appendString(dst, e.Message), '}')
}

// RESTStatus is the status of the REST API.
func (e *Error) RESTStatus() int {
	if e.Code == codeAccessDenied {
		return http.StatusForbidden
	}
	return http.StatusUnauthorized
}

// AppendREST appends the body of the REST API, {"message":…}.
func (e *Error) AppendREST(dst []byte) []byte {
	dst = append(dst, `{"message":`...)
	return append(appendString(dst, e.Message), '}')
}

// AccessDenied refuses a caller who is known; the message is the whole text.
func AccessDenied(message string) *Error { return &Error{codeAccessDenied, message} }

func errUnrecognized() error {
	return &Error{codeUnrecognized, "The security token included in the request is invalid."}
}

// refuse makes an Error of sigv4's.
func refuse(err error) error {
	if e, ok := errors.AsType[*sigv4.Error](err); ok {
		return &Error{e.Code, e.Message}
	}
	return err
}

func appendString(dst []byte, s string) []byte {
	// A string always encodes.
	quoted, _ := json.Marshal(s)
	return append(dst, quoted...)
}
