package awsjson

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// exception is what an error must be to go over the wire. AppendJSON appends the whole body, {"__type":…}.
type exception interface {
	error
	ErrorCode() string
	HTTPStatus() int
	AppendJSON(dst []byte) []byte
}

// protocolError is an exception of the protocol itself; those of operations come from them.
type protocolError struct {
	code    string
	message string // none if empty
	status  int
}

func (e *protocolError) Error() string     { return e.code + ": " + e.message }
func (e *protocolError) ErrorCode() string { return e.code }
func (e *protocolError) HTTPStatus() int   { return e.status }

func (e *protocolError) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"__type":"`...)
	dst = append(dst, e.code...)
	dst = append(dst, '"')
	if e.message != "" {
		// A string always encodes.
		message, _ := json.Marshal(e.message)
		dst = append(dst, `,"message":`...)
		dst = append(dst, message...)
	}
	return append(dst, '}')
}

const (
	codeUnknownOperation = "UnknownOperationException"
	codeSerialization    = "SerializationException"
	codeInternal         = "InternalFailure"
	// codeHangUp is for observers only.
	codeHangUp = "ClientHungUp"
	// statusHangUp is what web servers log for a client that did not wait.
	statusHangUp = 499
)

var (
	errUnknownOperation = &protocolError{codeUnknownOperation, "", http.StatusBadRequest}
	errPath             = &protocolError{codeUnknownOperation, "There is nothing at this path: CloudWatch Logs operations are POST /.", http.StatusNotFound}
	errMethod           = &protocolError{codeUnknownOperation, "CloudWatch Logs operations are POST / with X-Amz-Target.", http.StatusMethodNotAllowed}
	errContentType      = &protocolError{codeUnknownOperation, "The Content-Type must be " + contentType + ".", http.StatusBadRequest}
	errGzip             = &protocolError{codeSerialization, "The body is not the gzip that Content-Encoding says it is.", http.StatusBadRequest}
	errBusy             = &protocolError{"ServiceUnavailableException", "Too many large requests at once.", http.StatusServiceUnavailable}
	errTimeout          = &protocolError{"RequestTimeoutException", "The request's body did not arrive in time.", http.StatusRequestTimeout}
)

func errEncoding(name string) error {
	return &protocolError{codeSerialization, fmt.Sprintf("Content-Encoding '%.64s' is not supported, only gzip is.", name), http.StatusBadRequest}
}

func errTooLarge(most int64) error {
	return &protocolError{
		"RequestEntityTooLargeException", fmt.Sprintf("The request's body is longer than %d bytes.", most), http.StatusRequestEntityTooLarge,
	}
}

func errInternal(requestID string) exception {
	return &protocolError{codeInternal, "An internal error occurred. Request id: " + requestID, http.StatusInternalServerError}
}

// hangUpError is a body that broke off: nobody waits for the answer.
type hangUpError struct{ cause error }

func (e *hangUpError) Error() string { return "read body: " + e.cause.Error() }
func (e *hangUpError) Unwrap() error { return e.cause }
