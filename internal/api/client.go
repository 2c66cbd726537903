package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tailrace/internal/api/wire"
)

// maxAnswer bounds the bytes of a response that a client reads; a page of events is 1 MiB before it is escaped.
const maxAnswer = 64 << 20

// Doer sends a request; *http.Client is one. Signing, retries and time-outs are its business.
type Doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// Client calls the operations of a server, with the methods of Service. An error that the server answered is of the
// exception's type, so that errors.As finds it, or an *UnknownException. It is safe for concurrent use if HTTP is.
type Client struct {
	Endpoint string // "http://127.0.0.1:4586"
	HTTP     Doer
}

var _ Service = (*Client)(nil)

// UnknownException is an error answer that is not an exception of this package.
type UnknownException struct {
	Code    string // the bare name, or empty if the answer has none
	Message string
	Status  int // of HTTP
}

// Error returns the exception's name, or the HTTP status if it has none, and its message.
func (e *UnknownException) Error() string {
	if e.Code == "" {
		return strings.TrimSpace(fmt.Sprintf("HTTP status %d %s %s", e.Status, http.StatusText(e.Status), e.Message))
	}
	return describe(e, e.Message)
}

// ErrorCode returns the name that the server gave the exception.
func (e *UnknownException) ErrorCode() string { return e.Code }

// HTTPStatus returns the status of the answer.
func (e *UnknownException) HTTPStatus() int { return e.Status }

// AppendJSON appends the exception as the body of a response.
func (e *UnknownException) AppendJSON(dst []byte) []byte {
	return append(appendMessage(appendType(dst, e), e.Message), '}')
}

// ask calls an operation that has output.
func ask[Out any, R interface {
	decodable[Out]
	response[Out]
}](ctx context.Context, c *Client, operation string, in interface{ appendJSON([]byte) []byte }) (R, error) {
	body, err := c.send(ctx, operation, in.appendJSON(nil))
	if err != nil {
		return nil, err
	}
	out, _, err := decode[Out, R](body)
	if err != nil {
		return nil, fmt.Errorf("%s: answer: %w", operation, err)
	}
	return out, nil
}

// tell calls an operation that has none.
func tell(ctx context.Context, c *Client, operation string, in interface{ appendJSON([]byte) []byte }) error {
	_, err := c.send(ctx, operation, in.appendJSON(nil))
	return err
}

func (c *Client) send(ctx context.Context, operation string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.Endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", TargetPrefix+"."+operation)
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%s: answer: %w", operation, err)
	}
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("%s: answer of more than %d bytes", operation, maxAnswer)
	}
	if answer.StatusCode/100 != 2 {
		return nil, exception(answer, text)
	}
	return text, nil
}

// exception makes the error that an answer describes.
func exception(answer *http.Response, text []byte) error {
	head := errorHead{code: answer.Header.Get("X-Amzn-Errortype")}
	head.decode(wire.NewDecoder(bytes.Clone(text)))
	code := bare(head.code)
	if e := newException(code); e != nil {
		e.decode(wire.NewDecoder(text))
		return e
	}
	return &UnknownException{Code: code, Message: head.message, Status: answer.StatusCode}
}

// errorHead is what every error answer has.
type errorHead struct{ code, message string }

func (h *errorHead) decode(d *wire.Decoder) {
	for d.Open('{'); d.Member(); {
		switch string(d.Name()) {
		case "__type":
			h.code = d.Text()
		case "message", "Message":
			h.message = d.Text()
		default:
			d.Skip()
		}
	}
}

// bare takes an exception's name out of "com.amazonaws.logs#Name:http://…".
func bare(code string) string {
	code, _, _ = strings.Cut(code, ":")
	return code[strings.LastIndexByte(code, '#')+1:]
}
