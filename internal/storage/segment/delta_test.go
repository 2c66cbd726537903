package segment

import (
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"pgregory.net/rapid"
)

func drawInts(t *rapid.T) []int64 {
	value := rapid.SampledFrom([]*rapid.Generator[int64]{rapid.Int64(), rapid.Int64Range(-3, 3), rapid.Just(int64(7)), rapid.Int64Range(1, 1<<40)}).Draw(t, "kind")
	return rapid.SliceOfN(value, rapid.SampledFrom([]int{0, 1, 2, 32, 33, 128, 129, 130, 400}).Draw(t, "n"), 400).Draw(t, "values")
}

func TestDeltaAgreesWithLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := drawInts(t)
		var library delta.BinaryPackedEncoding
		mine := appendDelta(nil, values)
		got, err := library.DecodeInt64(nil, slices.Clone(mine))
		if err != nil || !slices.Equal(got, values) {
			t.Fatalf("library reads %v, %v\nwant %v", got, err, values)
		}
		theirs, err := library.EncodeInt64(nil, values)
		if err != nil {
			t.Fatal(err)
		}
		for _, encoded := range [][]byte{mine, theirs} {
			back := make([]int64, len(values))
			rest, err := decodeDelta(back, append(slices.Clone(encoded), "rest"...))
			if err != nil || !slices.Equal(back, values) || string(rest) != "rest" {
				t.Fatalf("read %v, rest %q, %v\nwant %v", back, rest, err, values)
			}
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add(uint16(0), appendDelta(nil, nil))
	f.Add(uint16(3), appendDelta(nil, []int64{1, -5, 1 << 62}))
	f.Add(uint16(200), appendDelta(nil, slices.Repeat([]int64{3, 9}, 100)))
	f.Fuzz(func(t *testing.T, n uint16, encoded []byte) {
		values := make([]int64, n)
		if _, err := decodeDelta(values, encoded); err != nil {
			return
		}
		back := make([]int64, n)
		if _, err := decodeDelta(back, appendDelta(nil, values)); err != nil || !slices.Equal(back, values) {
			t.Fatalf("%v came back as %v, %v", values, back, err)
		}
	})
}

func BenchmarkDeltaDecode(b *testing.B) {
	values := make([]int64, 800)
	for i := range values {
		values[i] = int64(1767225600000 + i*17%1000)
	}
	encoded := appendDelta(nil, values)
	b.SetBytes(int64(8 * len(values)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeDelta(values, encoded); err != nil {
			b.Fatal(err)
		}
	}
}
