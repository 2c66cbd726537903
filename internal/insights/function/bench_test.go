package function

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tailrace/internal/insights/value"
)

const (
	jsonLine = `{"time":"2026-01-01T00:00:02.951Z","level":"info","logger":"http.server","msg":"request completed","service":{"name":"payments-worker","version":"2.10.3"},"host":"ip-10-0-0-35","pid":1455,"request_id":"req-f440093d498fa62%06d","trace":{"id":"b70a52218e6d30de","sampled":true},"http":{"method":"GET","route":"/api/v1/users/{id}","status":200,"latency_ms":23,"bytes":44587},"user":{"id":"u-909197","name":"s.zoë","tenant":"t-90","plan":"pro"},"db":{"calls":3,"ms":2},"retry":0,"region":"us-west-2"}`
	nginx    = `10.6.173.57 - - [01/Jan/2026:00:00:04 +0000] "GET /api/v1/orders/%06d/items?page=2 HTTP/1.1" 200 1331 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36" 0.035`
)

// benchRows is the length of the columns, about that of a block.
const benchRows = 4096

func lines(format string) (column *value.Vector, size int64) {
	column = &value.Vector{}
	for i := range benchRows {
		line := fmt.Appendf(nil, format, i)
		size += int64(len(line))
		column.Append(value.NewText(line))
	}
	return column, size
}

func ints(next func(i int) int64) *value.Vector {
	v := &value.Vector{}
	for i := range benchRows {
		v.Append(value.NewInt(next(i)))
	}
	return v
}

// dictionary is a column of few texts.
func dictionary(texts ...string) *value.Vector {
	v := &value.Vector{}
	for _, t := range texts {
		v.Append(value.NewString(t))
	}
	for i := len(texts); i < benchRows; i++ {
		v.Repeat(i % len(texts))
	}
	return v
}

func BenchmarkScalar(b *testing.B) {
	json, jsonSize := lines(jsonLine)
	access, accessSize := lines(nginx)
	times := &value.Vector{}
	for i := range benchRows {
		times.Append(value.NewTime(1_770_389_347_123 + int64(i)*137))
	}
	regex := func(source string) *Call {
		re, err := CompileRegex(source)
		if err != nil {
			b.Fatal(err)
		}
		return Matches(re)
	}
	call := func(name string, args ...Arg) *Call {
		c, err := Compile(name, args, env)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	text := func(s string) Arg { return Arg{Const: true, Value: value.NewString(s)} }
	var hundred []value.Value
	for i := range 100 {
		hundred = append(hundred, value.NewString(fmt.Sprint("u-", i)))
	}
	numbers := ints(func(i int) int64 { return int64(i * 7) })
	levels := dictionary("info", "warn", "error", "debug")
	addresses := dictionary("10.0.3.17", "192.168.7.9", "203.0.113.77", "2001:db8::5")
	manyAddresses := &value.Vector{}
	for i := range benchRows {
		manyAddresses.Append(value.NewString(fmt.Sprintf("10.0.%d.%d", i>>8, i&255)))
	}
	for _, c := range []struct {
		name    string
		call    *Call
		columns []*value.Vector
		size    int64
	}{
		{"like", Like("imeout"), []*value.Vector{json}, jsonSize},
		{"regex alternation", regex(`(?i)(error|timeout|exception|refused)`), []*value.Vector{access}, accessSize},
		{"regex literals", regex(`/api/v[12]/orders/[0-9]{4,9}/items\?.*" 50[234] `), []*value.Vector{access}, accessSize},
		{"in of 100", In(hundred), []*value.Vector{access}, accessSize},
		{"jsonParse", call("jsonParse", Arg{}), []*value.Vector{json}, jsonSize},
		{"access", Access([]Step{{Key: "http"}, {Key: "latency_ms"}}), []*value.Vector{parsed(json)}, jsonSize},
		{"bin", call("bin", Arg{Const: true, Period: Period{5, "m"}}), []*value.Vector{nil, times}, 8 * benchRows},
		{"datefloor month", call("datefloor", Arg{}, Arg{Const: true, Period: Period{1, "mo"}}), []*value.Vector{times, nil}, 8 * benchRows},
		{"tolower dictionary", call("tolower", Arg{}), []*value.Vector{levels}, 8 * benchRows},
		{"strlen", call("strlen", Arg{}), []*value.Vector{access}, accessSize},
		{"isIpInSubnet", call("isIpInSubnet", Arg{}, text("10.0.0.0/8")), []*value.Vector{manyAddresses, value.Constant(value.NewString("10.0.0.0/8"))}, 10 * benchRows},
		{"isIpInSubnet dictionary", call("isIpInSubnet", Arg{}, text("10.0.0.0/8")), []*value.Vector{addresses, value.Constant(value.NewString("10.0.0.0/8"))}, 10 * benchRows},
		{"abs", call("abs", Arg{}), []*value.Vector{numbers}, 8 * benchRows},
		{"formatDate", call("formatDate", Arg{}, text("%Y-%m-%d %H:%M")), []*value.Vector{times, value.Constant(value.NewString("%Y-%m-%d %H:%M"))}, 8 * benchRows},
	} {
		b.Run(c.name, func(b *testing.B) {
			dst := &value.Vector{}
			c.call.Eval(dst, c.columns, benchRows)
			b.SetBytes(c.size)
			b.ReportAllocs()
			for b.Loop() {
				c.call.Eval(dst, c.columns, benchRows)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		})
	}
}

func parsed(column *value.Vector) *value.Vector {
	out := &value.Vector{}
	for i := range benchRows {
		v, _ := value.ParseJSON(column.Row(i).Bytes())
		out.Append(v)
	}
	return out
}

func BenchmarkAggregate(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	latencies := ints(func(int) int64 { return int64(random.ExpFloat64() * 30) })
	floats := &value.Vector{}
	for range benchRows {
		floats.Append(value.NewFloat(random.ExpFloat64() * 30))
	}
	ids, _ := lines("req-f440093d498fa62%06d")
	users := dictionary("u-1", "u-2", "u-3", "u-4", "u-5", "u-6", "u-7", "u-8")
	groups := make([]uint32, benchRows)
	for i := range groups {
		groups[i] = uint32(random.IntN(20))
	}
	for _, c := range []struct {
		name, aggregate string
		args            []Arg
		columns         []*value.Vector
	}{
		{"count", "count", nil, nil},
		{"sum ints", "sum", []Arg{{}}, []*value.Vector{latencies}},
		{"avg floats", "avg", []Arg{{}}, []*value.Vector{floats}},
		{"max", "max", []Arg{{}}, []*value.Vector{latencies}},
		{"stddev", "stddev", []Arg{{}}, []*value.Vector{floats}},
		{"pct ints", "pct", []Arg{{}, number(95)}, []*value.Vector{latencies, nil}},
		{"pct floats", "pct", []Arg{{}, number(95)}, []*value.Vector{floats, nil}},
		{"count_distinct ints", "count_distinct", []Arg{{}}, []*value.Vector{latencies}},
		{"count_distinct ids", "count_distinct", []Arg{{}}, []*value.Vector{ids}},
		{"count_distinct dictionary", "count_distinct", []Arg{{}}, []*value.Vector{users}},
		{"topk dictionary", "topk", []Arg{number(3), {}}, []*value.Vector{nil, users}},
	} {
		f := compileAggregate(b, c.aggregate, c.args...)
		for name, of := range map[string][]uint32{"one group": nil, "20 groups": groups} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				a := f.New()
				a.Grow(20)
				b.ReportAllocs()
				for b.Loop() {
					a.Add(of, c.columns, benchRows)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
			})
		}
	}
}
