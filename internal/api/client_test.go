package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// serve answers with a service, as a server does that has no more than this package.
func serve(t *testing.T, svc Service) *Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		op := Operations[strings.TrimPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix+".")]
		text, err := op.Invoke(r.Context(), svc, body, nil)
		if e, ok := errors.AsType[Exception](err); ok {
			w.WriteHeader(e.HTTPStatus())
			text = e.AppendJSON(nil)
		}
		_, _ = w.Write(text)
	}))
	t.Cleanup(s.Close)
	return &Client{Endpoint: s.URL + "/", HTTP: s.Client()}
}

func TestClient(t *testing.T) {
	svc := &memory{out: &PutLogEventsResponse{
		NextSequenceToken:     Some("49"),
		RejectedLogEventsInfo: &RejectedLogEventsInfo{TooOldLogEventEndIndex: Some(int32(1))},
	}}
	c := serve(t, svc)
	in := &PutLogEventsRequest{LogGroupName: "g", LogStreamName: "s", LogEvents: []InputLogEvent{{Timestamp: 1, Message: []byte("a\n\"é\"")}}}
	out, err := c.PutLogEvents(context.Background(), in)
	if diff := cmp.Diff(svc.out, out); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff(in, svc.in); diff != "" {
		t.Error(diff)
	}
	if err := c.CreateLogGroup(context.Background(), &CreateLogGroupRequest{LogGroupName: "g"}); err != nil {
		t.Error(err)
	}
}

func TestClientErrors(t *testing.T) {
	svc := &memory{err: &InvalidSequenceTokenException{ExpectedSequenceToken: Some("7"), Message: "m"}}
	c := serve(t, svc)
	_, err := c.PutLogEvents(context.Background(), &PutLogEventsRequest{LogGroupName: "g", LogStreamName: "s", LogEvents: []InputLogEvent{{Message: []byte("a")}}})
	if diff := cmp.Diff(svc.err, err); diff != "" {
		t.Error(diff)
	}
	_, err = c.DescribeLogStreams(context.Background(), &DescribeLogStreamsRequest{Limit: Some(int32(51))})
	if e, ok := errors.AsType[*InvalidParameterException](err); !ok || !strings.Contains(e.Message, "'51' at 'limit'") {
		t.Error(err)
	}
	_, err = c.ListLogGroups(context.Background(), &ListLogGroupsRequest{})
	if _, ok := errors.AsType[*UnknownOperationException](err); !ok {
		t.Error(err)
	}
}

// doer answers every request alike.
type doer struct {
	status int
	header http.Header
	body   string
	err    error
}

func (d doer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: d.status, Header: d.header, Body: io.NopCloser(strings.NewReader(d.body))}, d.err
}

func TestClientWithForeignAnswers(t *testing.T) {
	for _, c := range []struct {
		doer
		want string
	}{
		{doer{status: 400, body: `{"__type":"com.amazonaws.logs#ResourceNotFoundException","Message":"gone"}`}, "ResourceNotFoundException: gone"},
		{doer{status: 400, body: `{"message":"odd"}`, header: http.Header{"X-Amzn-Errortype": {"OddException:http://x/"}}}, "OddException: odd"},
		{doer{status: 403, body: `{"__type":"SomethingNew","message":"m","x":[1]}`}, "SomethingNew: m"},
		{doer{status: 502, body: `<html>`}, "HTTP status 502 Bad Gateway"},
		{doer{status: 200, body: `{"logGroups":1}`}, "DescribeLogGroups: answer: Unexpected field type"},
		{doer{status: 200, body: ``}, "DescribeLogGroups: answer: Unexpected end of the JSON text"},
		{doer{err: io.ErrUnexpectedEOF}, "DescribeLogGroups: unexpected EOF"},
	} {
		_, err := (&Client{Endpoint: "http://127.0.0.1", HTTP: c.doer}).DescribeLogGroups(context.Background(), &DescribeLogGroupsRequest{})
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	_, err := (&Client{Endpoint: "http://127.0.0.1", HTTP: doer{status: 418, body: `{"__type":"Teapot","message":"m"}`}}).DescribeLogGroups(context.Background(), &DescribeLogGroupsRequest{})
	e, ok := errors.AsType[Exception](err)
	if !ok || e.HTTPStatus() != 418 || e.ErrorCode() != "Teapot" || string(e.AppendJSON(nil)) != `{"__type":"Teapot","message":"m"}` {
		t.Error(err)
	}
	_, err = (&Client{Endpoint: "://", HTTP: doer{}}).DescribeLogGroups(context.Background(), &DescribeLogGroupsRequest{})
	if err == nil {
		t.Error("no error for a broken endpoint")
	}
}
