package pattern

import (
	"fmt"
	"testing"
)

// BenchmarkPatterns puts together as many patterns as five classes of separators have.
func BenchmarkPatterns(b *testing.B) {
	m := New(1)
	for _, separator := range ":,;/!" {
		for i := range 31 * 15 * 7 * 3 {
			m.Add(fmt.Appendf(nil, "%s%c%s %s %s", word(i%31), separator, word(100+i/31%15), word(200+i/465%7), word(300+i/3255)), 0)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if n := len(all(m)); n < 40_000 {
			b.Fatal(n)
		}
	}
}
