package api

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOperations(t *testing.T) {
	if n := len(Operations); n != 118 {
		t.Errorf("%d operations", n)
	}
	for name, op := range Operations {
		_, err := op.Invoke(context.Background(), Unimplemented{}, []byte(`[]`), nil)
		if name == "StartLiveTail" || name == "GetLogObject" {
			if got := err.Error(); got != "UnknownOperationException: Tailrace does not implement the operation "+name+"." {
				t.Error(got)
			}
			continue
		}
		if e, ok := errors.AsType[*SerializationException](err); !ok || e.HTTPStatus() != http.StatusBadRequest {
			t.Errorf("%s: a list as body gives %v", name, err)
		}
	}
}

func TestBodies(t *testing.T) {
	for _, c := range []struct{ operation, body, want string }{
		{"DescribeLogGroups", `{}`, ""},
		{"DescribeLogGroups", " {\n} ", ""},
		{"DescribeLogGroups", `{"limit":null,"unknown":{"deep":[1,2,{"x":null}]}}`, ""},
		{"DescribeLogGroups", `{"limit":5.0}`, ""},
		{"DescribeLogGroups", `{"Limit":0}`, ""}, // names are case-sensitive
		{"DescribeLogGroups", ``, "SerializationException: Unexpected end of the JSON text"},
		{"DescribeLogGroups", `null`, "SerializationException: Unexpected field type"},
		{"DescribeLogGroups", `{"unknown":{`, "SerializationException: Unexpected end of the JSON text"},
		{"DescribeLogGroups", `{} x`, "SerializationException: Unexpected character 'x' at byte 3 of the JSON text"},
		{"DescribeLogGroups", `{"limit":"5"}`, "SerializationException: STRING_VALUE can not be converted to a Long"},
		{"DescribeLogGroups", `{"limit":4294967297}`, "SerializationException: NUMBER_VALUE can not be converted to an Integer: out of range"},
		{"PutLogEvents", `{"logEvents":[{"timestamp":1,"message":{"a":1}}]}`, "SerializationException: Start of structure or map found where not expected."},
		{"PutLogEvents", `{"logEvents":{}}`, "SerializationException: Start of structure or map found where not expected."},
		{"PutLogEvents", `{"logEvents":"x"}`, "SerializationException: Unexpected field type"},
		{"CreateLogGroup", `{"logGroupName":"g","tags":[]}`, "SerializationException: Start of list found where not expected"},
	} {
		if got := refusal(c.operation, c.body); got != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.operation, c.body, got, c.want)
		}
	}
}

func TestDecodedRequest(t *testing.T) {
	body := []byte(`{"logStreamName":"s","logGroupName":"\/app\u002fa","sequenceToken":"1","sequenceToken":"2",` +
		`"logEvents":[{"timestamp":1,"message":"old"}],"logEvents":[{"message":"a \"b\"\n","timestamp":1770155857000},{"timestamp":2,"message":"\ud83d\ude40"}],` +
		`"entity":{"keyAttributes":{"Type":"Service","Name":"n","Gone":null},"attributes":{}}}`)
	got, err := parse[PutLogEventsRequest](body, invalidParameter)
	want := &PutLogEventsRequest{
		LogGroupName: "/app/a", LogStreamName: "s", SequenceToken: Some("2"),
		LogEvents: []InputLogEvent{{1770155857000, []byte("a \"b\"\n")}, {2, []byte("🙀")}},
		Entity:    &Entity{KeyAttributes: map[string]string{"Type": "Service", "Name": "n"}, Attributes: map[string]string{}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestEncodedResponse(t *testing.T) {
	for want, out := range map[string]interface{ appendJSON([]byte) []byte }{
		`{}`:                &PutLogEventsResponse{},
		`{"logStreams":[]}`: &DescribeLogStreamsResponse{LogStreams: []LogStream{}},
		`{"logStreams":[{"creationTime":0,"logStreamName":"","storedBytes":0}]}`: &DescribeLogStreamsResponse{
			LogStreams: []LogStream{{CreationTime: Some(int64(0)), LogStreamName: Some(""), StoredBytes: Some(int64(0))}},
		},
		`{"events":[{"ingestionTime":2,"message":"<é>","timestamp":1},{"ingestionTime":0,"message":"","timestamp":0}],"nextForwardToken":"f/1"}`: &GetLogEventsResponse{
			Events: []OutputLogEvent{{Timestamp: 1, Message: []byte("<é>"), IngestionTime: 2}, {}}, NextForwardToken: Some("f/1"),
		},
		`{"tags":{"a":"1","b":""}}`: &ListTagsForResourceResponse{Tags: map[string]string{"b": "", "a": "1"}},
		`{"results":[[{"field":"f","value":"v"}],[]],"statistics":{"bytesScanned":167.0,"recordsMatched":0.0}}`: &GetQueryResultsResponse{
			Results:    [][]ResultField{{{Field: Some("f"), Value: Some("v")}}, {}},
			Statistics: &QueryStatistics{BytesScanned: Some(167.0), RecordsMatched: Some(0.0)},
		},
	} {
		if got := string(out.appendJSON(nil)); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestExceptionBody(t *testing.T) {
	for want, e := range map[string]Exception{
		`{"__type":"InvalidParameterException","message":"The batch of log events in a single PutLogEvents request cannot span more than 24 hours."}`: &InvalidParameterException{
			Message: "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
		},
		`{"__type":"UnknownOperationException"}`: &UnknownOperationException{},
		`{"__type":"InvalidSequenceTokenException","expectedSequenceToken":"4","message":"m"}`: &InvalidSequenceTokenException{
			ExpectedSequenceToken: Some("4"), Message: "m",
		},
	} {
		if got := string(e.AppendJSON(nil)); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

// memory is a service that hands out and takes in one value.
type memory struct {
	Unimplemented
	in  *PutLogEventsRequest
	out *PutLogEventsResponse
	err error
}

func (m *memory) PutLogEvents(_ context.Context, in *PutLogEventsRequest) (*PutLogEventsResponse, error) {
	m.in = in
	return m.out, m.err
}

func (m *memory) CreateLogGroup(context.Context, *CreateLogGroupRequest) error { return m.err }

func TestInvoke(t *testing.T) {
	m := &memory{out: &PutLogEventsResponse{NextSequenceToken: Some("49")}}
	body := []byte(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]}`)
	dst, err := Operations["PutLogEvents"].Invoke(context.Background(), m, body, []byte("x"))
	if string(dst) != `x{"nextSequenceToken":"49"}` || err != nil || string(m.in.LogEvents[0].Message) != "m" {
		t.Errorf("%s, %v", dst, err)
	}
	dst, err = Operations["CreateLogGroup"].Invoke(context.Background(), m, []byte(`{"logGroupName":"g"}`), []byte("x"))
	if string(dst) != "x" || err != nil {
		t.Errorf("%s, %v", dst, err)
	}
	m.err = errors.New("fault")
	for _, name := range []string{"CreateLogGroup", "PutLogEvents"} {
		body := []byte(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]}`)
		if dst, err = Operations[name].Invoke(context.Background(), m, body, []byte("x")); string(dst) != "x" || !errors.Is(err, m.err) {
			t.Errorf("%s: %s, %v", name, dst, err)
		}
	}
}

func FuzzInvoke(f *testing.F) {
	f.Add("PutLogEvents", []byte(`{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"\u00e9"},null,{}]}`))
	f.Add("PutTransformer", []byte(`{"logGroupIdentifier":"g","transformerConfig":[{"addKeys":{"entries":[{"key":"k","value":"v"}]},"csv":{"columns":["a",null]}}]}`))
	f.Add("PutMetricFilter", []byte(`{"filterName":"f","metricTransformations":[{"metricName":"m","defaultValue":0.5,"dimensions":{"a":"b"}},{}]}`))
	f.Add("PutAccountPolicy", []byte(`{"policyType":"x","scope":"ALL"}`))
	f.Add("TagResource", []byte(`{"tags":{"\ud83d":"\u0000"}}`))
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		op, ok := Operations[name]
		if !ok {
			return
		}
		_, err := op.Invoke(context.Background(), Unimplemented{}, body, nil)
		e, ok := errors.AsType[Exception](err)
		if !ok || len(e.AppendJSON(nil)) > 8*(maxText+2*maxEcho) {
			t.Fatalf("%v", err)
		}
	})
}
