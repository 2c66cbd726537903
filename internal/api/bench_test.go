package api

import (
	"encoding/json"
	"fmt"
	"testing"
)

// batch is a PutLogEvents body as an agent sends it: n events, JSON lines escaped inside JSON, a multi-byte rune here and
// there.
func batch(n int) []byte {
	type event struct {
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	}
	in := struct {
		Group  string  `json:"logGroupName"`
		Stream string  `json:"logStreamName"`
		Events []event `json:"logEvents"`
	}{Group: "/aws/imagebuilder/ParallelClusterImage-bench", Stream: "3.2.1/1"}
	for i := range n {
		line := fmt.Sprintf(`{"level":"info","ts":%d,"msg":"GET /v1/a/%d","status":%d,"ms":%d}`, 1770155857000+i, i*7919%1000, 200+i%5, i%300)
		if i%50 == 0 {
			line += " – 参よ"
		}
		in.Events = append(in.Events, event{1770155857000 + int64(i), line})
	}
	body, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	return body
}

// plainBatch is the same with lines that need no escape.
func plainBatch(n int) []byte {
	body := []byte(`{"logGroupName":"g","logStreamName":"s","logEvents":[`)
	for i := range n {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"timestamp":%d,"message":"Feb  3 21:57:37 host-%d systemd[1]: Started Session %d of user root."}`, 1770155857000+i, i%10, i)
	}
	return append(body, "]}"...)
}

func BenchmarkDecodePutLogEvents(b *testing.B) {
	for _, c := range []struct {
		name string
		body []byte
	}{{"json-lines", batch(10_000)}, {"plain-lines", plainBatch(10_000)}, {"10-events", batch(10)}} {
		b.Run(c.name, func(b *testing.B) { benchmarkDecode(b, c.body) })
	}
}

func benchmarkDecode(b *testing.B, text []byte) {
	body := make([]byte, len(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		copy(body, text)
		if _, err := parse[PutLogEventsRequest](body, invalidParameter); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePutLogEventsStandardLibrary(b *testing.B) {
	body := batch(10_000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var in struct {
			LogGroupName, LogStreamName string
			LogEvents                   []struct {
				Timestamp int64
				Message   string
			}
		}
		if err := json.Unmarshal(body, &in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeGetLogEvents(b *testing.B) {
	in, err := parse[PutLogEventsRequest](batch(10_000), invalidParameter)
	if err != nil {
		b.Fatal(err)
	}
	out := &GetLogEventsResponse{NextForwardToken: Some("f/1"), NextBackwardToken: Some("b/1")}
	for _, e := range in.LogEvents {
		out.Events = append(out.Events, OutputLogEvent{Timestamp: e.Timestamp, Message: e.Message, IngestionTime: e.Timestamp})
	}
	dst := out.appendJSON(nil)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = out.appendJSON(dst[:0])
	}
}
