package api

import "tailrace/internal/api/wire"

// Exception is an error of the API, as clients see it. The types are those of the model and those that
// every AWS service has.
type Exception interface {
	error
	// ErrorCode is the exception's bare name, the value of __type.
	ErrorCode() string
	// HTTPStatus is 400, or 500 when the server is at fault (cloudwatch-logs.md §1.3).
	HTTPStatus() int
	// AppendJSON appends the body of the response: compact, __type first, no newline.
	AppendJSON(dst []byte) []byte
}

// modelled is an exception that reads itself from an answer.
type modelled interface {
	Exception
	decode(d *wire.Decoder)
}

// notBuilt answers for an operation of the API that Tailrace does not have.
func notBuilt(operation string) error {
	return &UnknownOperationException{Message: "Tailrace does not implement the operation " + operation + "."}
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
