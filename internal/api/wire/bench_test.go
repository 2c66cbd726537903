package wire

import (
	"fmt"
	"testing"
)

// Messages as they come: what has to be escaped decides.
func BenchmarkAppendString(b *testing.B) {
	for _, c := range []struct{ name, format string }{
		{"access", "10.8.%d.%d - - [01/Jan/2026:00:00:00 +0000] \"POST /api/v1/orders/%d HTTP/1.1\" 301 1869 \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36\" 0.0%[1]d"},
		{"json", `{"time":"2026-01-01T00:00:00.%03dZ","level":"info","msg":"request completed","service":{"name":"payments-worker","version":"2.%d.3"},"latency_ms":%d}`},
		{"plain", "[2026-01-01T00:00:00.%03d] error: Nodes compute-dy-c5n18xlarge-%d not responding, ResumeTimeout %d reached, setting DOWN"},
	} {
		b.Run(c.name, func(b *testing.B) {
			messages, size := make([][]byte, 1000), 0
			for i := range messages {
				messages[i] = fmt.Appendf(nil, c.format, i*7919%256, i*104729%977, i*i)
				size += len(messages[i])
			}
			dst := make([]byte, 0, 2*size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				dst = dst[:0]
				for _, m := range messages {
					dst = AppendString(dst, m)
				}
			}
		})
	}
}

func BenchmarkAppendInt(b *testing.B) {
	for name, n := range map[string]int64{"time": 1767225600123, "small": 42} {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 16<<10)
			b.ReportAllocs()
			for b.Loop() {
				if n++; len(dst) > 15<<10 {
					dst = dst[:0]
				}
				dst = AppendInt(dst, n)
			}
		})
	}
}
