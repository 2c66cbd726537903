package match

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// logText is a block of messages as applications write them, one after the other, and where each ends.
func logText() (text []byte, ends []int) {
	r := rand.New(rand.NewPCG(1, 2))
	for len(text) < 256<<10 {
		switch r.IntN(3) {
		case 0:
			text = fmt.Appendf(text, `{"timestamp":"2026-01-01T00:%02d:%02d.%03dZ","level":"INFO","service":"orders-api","msg":"request completed","http":{"method":"GET","route":"/api/v1/orders/{id}","status":%d,"latency_ms":%d},"trace_id":"%016x"}`,
				r.IntN(60), r.IntN(60), r.IntN(1000), 200+r.IntN(300), r.IntN(5000), r.Uint64())
		case 1:
			text = fmt.Appendf(text, `10.%d.%d.7 - - [01/Jan/2026:00:%02d:00 +0000] "GET /api/v2/orders/%d/items?limit=20 HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)" 0.%03d`,
				r.IntN(256), r.IntN(256), r.IntN(60), r.IntN(100000), 200+r.IntN(300), r.IntN(9000), r.IntN(1000))
		default:
			text = fmt.Appendf(text, `Jan  1 00:%02d:01 host-%d sshd[%d]: Failed password for invalid user admin from 10.0.%d.%d port %d ssh2`,
				r.IntN(60), r.IntN(100), r.IntN(30000), r.IntN(256), r.IntN(256), r.IntN(60000))
		}
		ends = append(ends, len(text))
	}
	return text, ends
}

// BenchmarkFinder looks for literals that are not there, with bytes that are rare and that are everywhere: in whole blocks, and
// message by message.
func BenchmarkFinder(b *testing.B) {
	text, ends := logText()
	for _, needle := range []string{"imeout", "connection reset by peer", "ERR_QUOTA_7731", "req-00ab5e47f0ff00ab5e47f0ff", "a0:1e"} {
		f := NewFinder(needle)
		b.Run("block/"+needle, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				f.Index(text)
			}
		})
		b.Run("message/"+needle, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				from := 0
				for _, end := range ends {
					f.In(text[from:end])
					from = end
				}
			}
		})
	}
}
