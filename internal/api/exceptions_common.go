package api

// The exceptions that every AWS service has and no model lists. Their names and texts are in cloudwatch-logs.md §1.3.

// SerializationException says that a body is not JSON or that a member has the wrong JSON type.
type SerializationException struct{ Message string }

// Error returns the exception's name and message.
func (v *SerializationException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*SerializationException) ErrorCode() string { return "SerializationException" }

// HTTPStatus returns 400.
func (*SerializationException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *SerializationException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// UnknownOperationException says that the operation does not exist, then without a message, or that Tailrace does not have it.
type UnknownOperationException struct{ Message string }

// Error returns the exception's name and message.
func (v *UnknownOperationException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*UnknownOperationException) ErrorCode() string { return "UnknownOperationException" }

// HTTPStatus returns 400.
func (*UnknownOperationException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *UnknownOperationException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// InvalidSignatureException says that a signature does not match or is outside its time.
type InvalidSignatureException struct{ Message string }

// Error returns the exception's name and message.
func (v *InvalidSignatureException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*InvalidSignatureException) ErrorCode() string { return "InvalidSignatureException" }

// HTTPStatus returns 400.
func (*InvalidSignatureException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *InvalidSignatureException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// MissingAuthenticationTokenException says that a request is not signed.
type MissingAuthenticationTokenException struct{ Message string }

// Error returns the exception's name and message.
func (v *MissingAuthenticationTokenException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*MissingAuthenticationTokenException) ErrorCode() string { return "MissingAuthenticationTokenException" }

// HTTPStatus returns 400.
func (*MissingAuthenticationTokenException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *MissingAuthenticationTokenException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// IncompleteSignatureException says that the Authorization header lacks a part.
type IncompleteSignatureException struct{ Message string }

// Error returns the exception's name and message.
func (v *IncompleteSignatureException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*IncompleteSignatureException) ErrorCode() string { return "IncompleteSignatureException" }

// HTTPStatus returns 400.
func (*IncompleteSignatureException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *IncompleteSignatureException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// ExpiredTokenException says that a session token is past its time.
type ExpiredTokenException struct{ Message string }

// Error returns the exception's name and message.
func (v *ExpiredTokenException) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*ExpiredTokenException) ErrorCode() string { return "ExpiredTokenException" }

// HTTPStatus returns 400.
func (*ExpiredTokenException) HTTPStatus() int { return 400 }

// AppendJSON appends the exception as the body of a response.
func (v *ExpiredTokenException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// InternalFailure is the answer to a fault that no exception of the model describes.
type InternalFailure struct{ Message string }

// Error returns the exception's name and message.
func (v *InternalFailure) Error() string { return describe(v, v.Message) }

// ErrorCode returns the name by which clients know the exception.
func (*InternalFailure) ErrorCode() string { return "InternalFailure" }

// HTTPStatus returns 500.
func (*InternalFailure) HTTPStatus() int { return 500 }

// AppendJSON appends the exception as the body of a response.
func (v *InternalFailure) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, v), v.Message), '}')
}

// notBuilt answers for an operation of the API that Tailrace does not have.
func notBuilt(operation string) error {
	return &UnknownOperationException{Message: "Tailrace does not implement the operation " + operation + "."}
}
