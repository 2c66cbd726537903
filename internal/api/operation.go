package api

import (
	"context"

	"tailrace/internal/api/wire"
)

// TargetPrefix stands before an operation's name, with a dot, in the header X-Amz-Target.
const TargetPrefix = "Logs_20140328"

// Operation is one operation of the API.
type Operation struct {
	Name string
	// Invoke decodes and validates body, which it overwrites, lets svc answer, and appends the encoded response to dst.
	// An operation without output appends nothing. The error is an Exception or a fault of svc.
	Invoke func(ctx context.Context, svc Service, body, dst []byte) ([]byte, error)
}

// request is a pointer to the structure of a request.
type request[T any] interface {
	decodable[T]
	validate(c *checker)
}

// response is a pointer to the structure of a response.
type response[T any] interface {
	*T
	appendJSON(dst []byte) []byte
}

// answers is the Invoke of an operation with output.
func answers[In, Out any, P request[In], R response[Out]](
	call func(Service, context.Context, P) (R, error), invalid func(string) error,
) func(context.Context, Service, []byte, []byte) ([]byte, error) {
	return func(ctx context.Context, svc Service, body, dst []byte) ([]byte, error) {
		in, err := parse[In, P](body, invalid)
		if err != nil {
			return dst, err
		}
		out, err := call(svc, ctx, in)
		if err != nil {
			return dst, err
		}
		return out.appendJSON(dst), nil
	}
}

// acts is the Invoke of an operation without output.
func acts[In any, P request[In]](
	call func(Service, context.Context, P) error, invalid func(string) error,
) func(context.Context, Service, []byte, []byte) ([]byte, error) {
	return func(ctx context.Context, svc Service, body, dst []byte) ([]byte, error) {
		in, err := parse[In, P](body, invalid)
		if err != nil {
			return dst, err
		}
		return dst, call(svc, ctx, in)
	}
}

// streams is the Invoke of an operation that answers with an event stream.
func streams(name string) func(context.Context, Service, []byte, []byte) ([]byte, error) {
	return func(_ context.Context, _ Service, _, dst []byte) ([]byte, error) { return dst, notBuilt(name) }
}

// parse turns a body into a valid request.
func parse[In any, P request[In]](body []byte, invalid func(string) error) (P, error) {
	in, absent, err := decode[In, P](body)
	if err != nil {
		return nil, &SerializationException{Message: err.Error()}
	}
	c := checker{absent: absent}
	in.validate(&c)
	if message := c.message(); message != "" {
		return nil, invalid(message)
	}
	return in, nil
}

// decode reads a whole text and tells which required members it lacks.
func decode[T any, P decodable[T]](text []byte) (v P, absent []string, err error) {
	d := wire.NewDecoder(text)
	v = new(T)
	v.decode(d)
	d.End()
	return v, d.Absent(), d.Err()
}

func invalidParameter(message string) error { return &InvalidParameterException{Message: message} }

func invalidValue(message string) error { return &ValidationException{Message: message} }
