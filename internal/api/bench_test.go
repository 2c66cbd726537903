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

// mixedBatch is a body of a megabyte as a host sends it: JSON lines of twenty fields, access lines, syslog and stack traces,
// 350 bytes long on average.
func mixedBatch() []byte {
	body := []byte(`{"logGroupName":"g","logStreamName":"s","logEvents":[`)
	for i := 0; len(body) < 1<<20; i++ {
		if i > 0 {
			body = append(body, ',')
		}
		line, err := json.Marshal(mixedLine(i))
		if err != nil {
			panic(err)
		}
		body = fmt.Appendf(body, `{"timestamp":%d,"message":%s}`, 1770155857000+i, line)
	}
	return append(body, "]}"...)
}

func mixedLine(i int) string {
	switch i % 5 {
	case 0, 1:
		return fmt.Sprintf(`{"time":"2026-02-03T21:57:%02d.%03dZ","level":"info","logger":"com.example.orders.OrderService","thread":"http-nio-8080-exec-%d","msg":"order accepted after validation and pricing","request_id":"req-%016x","trace_id":"%032x","span_id":"%016x","http":{"method":"POST","route":"/api/v1/orders","status":%d,"latency_ms":%d,"bytes":%d},"user":{"id":%d,"plan":"team"},"host":"ip-10-0-%d-%d","version":"1.%d.%d","retry":false}`,
			i%60, i%1000, i%40, i*2654435761, i*40503, i*2246822519, 200+i%5, i%300, i*31%9000, i*7919%100000, i%16, i%250, i%20, i%9)
	case 2:
		return fmt.Sprintf(`10.0.%d.%d - - [03/Feb/2026:21:57:%02d +0000] "GET /api/v2/items/%d?page=%d HTTP/1.1" %d %d "https://shop.example.com/cart" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" 0.%03d`,
			i%16, i%250, i%60, i*7919%100000, i%9, 200+i%5, i*31%9000, i%1000)
	case 3:
		return fmt.Sprintf("Feb  3 21:57:%02d ip-10-0-%d-%d slurmctld[%d]: sched: Allocate JobId=%d NodeList=queue1-dy-c5xlarge-%d #CPUs=4 Partition=queue1", i%60, i%16, i%250, 1000+i%3000, i, i%64)
	}
	return fmt.Sprintf("java.lang.IllegalStateException: cart %d is closed\n\tat com.example.orders.Cart.add(Cart.java:%d)\n\tat com.example.orders.OrderService.place(OrderService.java:118)\n\tat com.example.web.OrderController.post(OrderController.java:64)\n\tat java.base/java.lang.Thread.run(Thread.java:840)", i, 40+i%90)
}

// plainBatch is batch with lines that need no escape.
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
	}{{"short-json-lines", batch(10_000)}, {"plain-lines", plainBatch(10_000)}, {"mixed-lines", mixedBatch()}, {"10-events", batch(10)}} {
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
	body := mixedBatch()
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
