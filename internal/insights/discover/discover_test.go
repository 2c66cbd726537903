package discover

import (
	"bytes"
	"testing"

	"tailrace/internal/insights/value"
)

var examples = []string{
	"REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t\nXRAY TraceId: 1-5e\tSegmentId: 07\tSampled: true\t\n",
	"START RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Version: $LATEST",
	"2024-01-01T00:00:00.000Z\t8f507cfc-1234-4697-b07a-ac58fc914c95\tINFO\t{\"a\":{\"b\":\"\\u0041\"}} end",
	"2 123456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
	"1.0 2017-12-13T08:16:02.130Z Z1 example.com A NOERROR UDP FRA6 192.168.3.1 -",
}

var allNames = append(append(append([]string{}, lambdaNames[:]...), flowNames[:]...), "queryName", "resolverIp")

// FuzzRead: any message is read, and texts are parts of it.
func FuzzRead(f *testing.F) {
	for _, example := range examples {
		f.Add([]byte(example))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		out := make([]value.Value, len(allNames))
		NewReader(allNames).Read(message, out)
		for _, v := range out {
			if v.Kind() == value.Text && !bytes.Contains(message, v.Bytes()) {
				t.Fatalf("%q is not in %q", v, message)
			}
		}
		NewFragment([]string{"a", "a.b"}).Read(message, out[:2])
	})
}

// TestUnlike: what looks nearly like one of the kinds has none of its fields.
func TestUnlike(t *testing.T) {
	for _, message := range []string{
		"", " ", "REPORT", "REPORT RequestID: x\tDuration: 1 ms", "RESTART RequestId: x",
		"2  23456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
		"3 123456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
		"2 123456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK more",
		"2 123456789010 eni-1 192.0.2.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT",
		"1.0 2017-12-13 Z1 example.com A NOERROR UDP FRA6 192.168.3.1 -",
		"1.0 2017-12-13T08:16:02.130Z Z1 example.com A NOERROR ICMP FRA6 192.168.3.1 -",
		"2024-01-01T00:00:00.000Z\t8f507cfc-xmpl-4697-b07a-ac58fc914c95\tINFO\tx",
	} {
		out := make([]value.Value, len(allNames))
		NewReader(allNames).Read([]byte(message), out)
		for i, v := range out {
			if !v.IsNull() {
				t.Errorf("%q: %s is %q", message, allNames[i], v)
			}
		}
	}
}

func BenchmarkRead(b *testing.B) {
	out := make([]value.Value, len(allNames))
	r := NewReader(allNames)
	size := 0
	for _, example := range examples {
		size += len(example)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, example := range examples {
			r.Read([]byte(example), out)
		}
	}
}
