package syntax

import "testing"

// BenchmarkParse reads Grafana's prefix with a common query, and a long one.
func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"grafana": "fields @timestamp,ltrim(@log) as __log__grafana_internal__,ltrim(@logStream) as __logstream__grafana_internal__|" +
			"fields @timestamp, @message | sort @timestamp desc | limit 20",
		"stats": `filter @type = "REPORT" | stats count(*) as n, avg(@duration), pct(@duration, 95) as p95 by bin(5m), toupper(level) | sort n desc`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
