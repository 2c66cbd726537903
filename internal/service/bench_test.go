package service

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/storage"
)

// benchLine is a message of such a length that 10,000 events are a batch.
func benchLine(i int) []byte {
	return fmt.Appendf(nil, `2026-02-03T21:57:37.123Z INFO GET /orders/%08d status=%d took=%dms`, i, 200+i%4, i%900)
}

// putBody is a PutLogEvents request with n events.
func putBody(stream string, n int) (body []byte, messageBytes int64) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"logGroupName":"g","logStreamName":%q,"logEvents":[`, stream)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		line := benchLine(i)
		messageBytes += int64(len(line))
		fmt.Fprintf(&b, `{"timestamp":%d,"message":%q}`, testTime.UnixMilli()+int64(i/100), line)
	}
	b.WriteString("]}")
	return b.Bytes(), messageBytes
}

// bodies is what invoke copies to; benchmarks run one at a time.
var bodies []byte

func benchHarness(b *testing.B, streams int) *harness {
	h := newHarness(b, Config{}, storage.Options{})
	must(b, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	for i := range streams {
		must(b, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: fmt.Sprintf("s-%06d", i)}))
	}
	return h
}

// invoke runs an operation from request bytes to response bytes. The operation may write into its body, so it gets a copy.
func invoke(b testing.TB, h *harness, operation string, request, dst []byte) []byte {
	body := append(bodies[:0], request...)
	bodies = body
	out, err := api.Operations[operation].Invoke(h.ctx, h.Service, body, dst[:0])
	must(b, err)
	return out
}

func BenchmarkPutLogEvents(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			h := benchHarness(b, 1)
			body, size := putBody("s-000000", n)
			var out []byte
			puts := 0
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				out = invoke(b, h, "PutLogEvents", body, out)
				if puts += n; puts >= 100_000 { // the store lies in memory: keep it small
					b.StopTimer()
					puts = 0
					must(b, h.engine.Flush(h.ctx))
					b.StartTimer()
				}
			}
		})
	}
}

func BenchmarkGetLogEvents(b *testing.B) {
	h := benchHarness(b, 1)
	body, _ := putBody("s-000000", 5_000)
	invoke(b, h, "PutLogEvents", body, nil)
	for _, limit := range []int{100, 5_000} {
		b.Run(fmt.Sprintf("limit=%d", limit), func(b *testing.B) {
			request := fmt.Appendf(nil, `{"logGroupName":"g","logStreamName":"s-000000","limit":%d}`, limit)
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = invoke(b, h, "GetLogEvents", request, out)
			}
			b.SetBytes(int64(len(out)))
		})
	}
}

func BenchmarkFilterLogEvents(b *testing.B) {
	h := benchHarness(b, 10)
	size := int64(0)
	for i := range 10 {
		body, n := putBody(fmt.Sprintf("s-%06d", i), 5_000)
		invoke(b, h, "PutLogEvents", body, nil)
		size += n
	}
	for _, c := range []struct{ name, pattern string }{{"none", "no such term"}, {"few", "/orders/00000042"}, {"all", ""}} {
		for _, flushed := range []bool{false, true} {
			b.Run(fmt.Sprintf("matches=%s/flushed=%t", c.name, flushed), func(b *testing.B) {
				if flushed {
					must(b, h.engine.Flush(h.ctx))
				}
				request := fmt.Appendf(nil, `{"logGroupName":"g","filterPattern":%q,"limit":1000}`, strconv.Quote(c.pattern))
				var out []byte
				b.ReportAllocs()
				for b.Loop() {
					out = invoke(b, h, "FilterLogEvents", request, out)
				}
				if c.name != "all" {
					b.SetBytes(size)
				}
			})
		}
	}
}

func BenchmarkDescribeLogStreams(b *testing.B) {
	h := benchHarness(b, 5_000)
	for i := range 500 {
		body, _ := putBody(fmt.Sprintf("s-%06d", i*7), 1)
		invoke(b, h, "PutLogEvents", body, nil)
	}
	for _, c := range []struct{ name, members string }{
		{"name", ``}, {"prefix", `,"logStreamNamePrefix":"s-0042"`}, {"time", `,"orderBy":"LastEventTime","descending":true`},
	} {
		b.Run("by="+c.name, func(b *testing.B) {
			request := []byte(`{"logGroupName":"g"` + c.members + `}`)
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = invoke(b, h, "DescribeLogStreams", request, out)
			}
		})
	}
}
