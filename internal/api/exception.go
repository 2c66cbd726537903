package api

import "tailrace/internal/api/wire"

// Exception is an error of the API, as clients see it. The generated ones are those of the model; the others stand in
// exceptions_common.go, because every AWS service has them and no model lists them.
type Exception interface {
	error
	// ErrorCode is the exception's bare name, the value of __type.
	ErrorCode() string
	// HTTPStatus is 400, or 500 when the server is at fault (cloudwatch-logs.md §1.3).
	HTTPStatus() int
	// AppendJSON appends the body of the response: compact, __type first, no newline.
	AppendJSON(dst []byte) []byte
}

func describe(e Exception, message string) string {
	if message == "" {
		return e.ErrorCode()
	}
	return e.ErrorCode() + ": " + message
}

func appendType(dst []byte, e Exception) []byte {
	return wire.AppendString(append(dst, `{"__type":`...), e.ErrorCode())
}

// appendMessage appends a message unless it is empty: an exception without words has no such member.
func appendMessage(dst []byte, message string) []byte {
	if message == "" {
		return dst
	}
	return wire.AppendString(append(dst, `,"message":`...), message)
}
