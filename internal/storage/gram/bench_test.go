package gram

import (
	"math/rand/v2"
	"testing"
)

// benchBlock is a block of lines such as people log.
func benchBlock() (messages [][]byte, size int) {
	r := rand.New(rand.NewPCG(3, 3))
	for size < 256<<10 {
		m := []byte(line(r))
		messages = append(messages, m)
		size += len(m)
	}
	return messages, size
}

func BenchmarkBuild(b *testing.B) {
	messages, size := benchBlock()
	var builder Builder
	var filter []byte
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range messages {
			builder.Add(m)
		}
		filter = builder.AppendTo(filter[:0], size)
	}
	b.ReportMetric(float64(len(filter)), "bytes/filter")
}

func BenchmarkCovers(b *testing.B) {
	messages, size := benchBlock()
	var builder Builder
	for _, m := range messages {
		builder.Add(m)
	}
	filter := builder.AppendTo(nil, size)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range messages {
			if !Covers(filter, m) {
				b.Fatal(string(m))
			}
		}
	}
}

// BenchmarkMayMatch asks 512 filters, which do not fit in the processor's cache, for an id that is absent.
func BenchmarkMayMatch(b *testing.B) {
	messages, size := benchBlock()
	var filters [512][]byte
	var builder Builder
	for i := range filters {
		for _, m := range messages {
			builder.Add(m)
		}
		filters[i] = builder.AppendTo(nil, size)
	}
	c := New([][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff")})
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range filters {
			if c.MayMatch(f) {
				b.Fatal("found")
			}
		}
	}
}
