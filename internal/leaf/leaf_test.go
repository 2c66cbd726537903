package leaf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// naive finds all leaves with encoding/json, in their order, each path once; doubled are those that came again.
func naive(message []byte) (paths []string, values map[string]Value, doubled map[string]bool, ok bool) {
	if !json.Valid(message) || len(bytes.TrimLeft(message, " \t\r\n")) == 0 || bytes.TrimLeft(message, " \t\r\n")[0] != '{' {
		return nil, nil, nil, false
	}
	n := naiveReader{in: json.NewDecoder(bytes.NewReader(message)), values: map[string]Value{}, doubled: map[string]bool{}}
	n.in.UseNumber()
	n.value("", true)
	return n.paths, n.values, n.doubled, true
}

type naiveReader struct {
	in      *json.Decoder
	paths   []string
	values  map[string]Value
	doubled map[string]bool
}

func (n *naiveReader) value(path string, root bool) {
	t, err := n.in.Token()
	if err != nil {
		panic(err)
	}
	under := func(name string) string {
		if root {
			return name
		}
		return path + "." + name
	}
	switch t := t.(type) {
	case json.Delim:
		for i := 0; n.in.More(); i++ {
			name := strconv.Itoa(i)
			if t == '{' {
				key, _ := n.in.Token()
				name = key.(string)
			}
			n.value(under(name), false)
		}
		n.in.Token()
	case nil:
		n.add(path, Value{Kind: Null})
	case bool:
		n.add(path, Value{Kind: map[bool]Kind{false: False, true: True}[t]})
	case string:
		n.add(path, Value{Kind: Text, Text: []byte(t)})
	case json.Number:
		n.add(path, naiveNumber(string(t)))
	}
}

// naiveNumber asks encoding/json how numbers are printed.
func naiveNumber(text string) Value {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(i, 10) == text {
		return Value{Kind: Int, Word: uint64(i)}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		if b, err := json.Marshal(f); err == nil && string(b) == text {
			return Value{Kind: Float, Word: math.Float64bits(f)}
		}
	}
	return Value{Kind: Number, Text: []byte(text)}
}

func (n *naiveReader) add(path string, v Value) {
	if _, again := n.values[path]; again {
		n.doubled[path] = true
		return
	}
	n.paths = append(n.paths, path)
	n.values[path] = v
}

var messages = []string{
	`{}`, ` {"a":1} `, `{"a":{"b":[1,2.5,{"c":null}],"":true},"d.e":false,"d":{"e":1}}`, `{"a":1,"a":2,"a":{"b":3}}`,
	`{"":{"":""}}`, `{"a":[[],{},[[]],{"0":1},1],"a.3":{"0":2}}`, `{"a":"x","b":"\u00e9\n\"\/\ud83d\ude00\ud800"}`, `{"n":[0,-0,1e5,1.50,12345678901234567890,-9223372036854775808,1e-7,0.000001,-0.5,100000000000000000000000]}`,
	`[1]`, `1`, ``, `null`, `{"a":1}x`, `{"a":01}`, `{"a":1,}`, `{"a" : 1 , "b":[ 1 , 2 ] }`, `{"a":[1,]}`, `{"a"}`, `{"a":+1}`, `{"a":.5}`, `{"a":tru}`,
	`{"\u0061":1,"a":2}`, `{"a":{"x":1},"a":{"y":2}}`, `{"a":[1,2],"a":[3,4,5]}`, "{\"a\":\"\x01\"}", "{\"a\":\"\x7f\xff\"}", `{"a":-}`, `{"a":1.}`, `{"a":1e}`,
	`{"x":{"0":{"k":1}},"x.0":{"k":2}}`, `{"x":[{"k":1}],"x.0.k":"later"}`,
}

// check holds a reader against encoding/json; escapes in strings that are no UTF-8 are decoded differently.
func check(t *testing.T, r *Reader, message []byte) {
	t.Helper()
	paths, values, doubled, want := naive(message)
	leaves, ok := r.Read(message)
	if ok != want {
		t.Fatalf("%q: valid = %v, want %v", message, ok, want)
	}
	if r.most > 0 && !r.IsComplete() {
		t.Fatal("not complete")
	}
	if r.most == 0 {
		paths = slices.DeleteFunc(paths, func(p string) bool { return !slices.Contains(r.paths, p) })
	}
	if len(leaves) != len(paths) {
		t.Fatalf("%q: leaves %+v, want %q", message, leaves, paths)
	}
	for i, l := range leaves {
		v, _ := l.Value(nil)
		text := bytes.ToValidUTF8(v.Text, []byte("\uFFFD"))
		if w := values[paths[i]]; r.paths[l.Path] != paths[i] || v.Kind != w.Kind || v.Word != w.Word || !bytes.Equal(text, bytes.ToValidUTF8(w.Text, []byte("\uFFFD"))) || l.Doubled != doubled[paths[i]] {
			t.Fatalf("%q: leaf %q = %+v, want %q = %+v", message, r.paths[l.Path], v, paths[i], w)
		}
	}
}

func TestRead(t *testing.T) {
	all, some := Discover(nil, 1000), Find([]string{"a", "a.b", "d.e", "", ".", "a.3.0", "x.0.k", "b", "n.3", "n"})
	both := Discover([]string{"x.0.k", "d.e"}, 1000)
	for range 2 {
		for _, m := range messages {
			check(t, all, []byte(m))
			check(t, some, []byte(m))
			check(t, both, []byte(m))
		}
	}
}

func TestNesting(t *testing.T) {
	for _, depth := range []int{MaxNesting - 2, MaxNesting - 1, MaxNesting, MaxNesting + 1} {
		for _, middle := range []string{"1", "", "{}"} {
			m := []byte(`{"a":` + strings.Repeat("[", depth) + middle + strings.Repeat("]", depth) + "}")
			for _, r := range []*Reader{Discover(nil, 10), Find([]string{"a", "a.0.0"}), Find([]string{"b"})} {
				if _, ok := r.Read(m); ok != json.Valid(m) {
					t.Errorf("%d deep around %q: valid = %v", depth, middle, ok)
				}
			}
		}
	}
}

// A reader discovers no more than it was told to, learns no more than it has room for, and finds what it is asked for in any case.
func TestBounds(t *testing.T) {
	var m []byte
	m = append(m, `{"list":[0`...)
	for i := range 3 * maxEdges {
		m = fmt.Appendf(m, ",%d", i)
	}
	m = append(m, `],"`+strings.Repeat("x", maxPath+1)+`":1`...)
	for i := range 3 * maxEdges {
		m = fmt.Appendf(m, `,"k%d":%d`, i, i)
	}
	m = append(m, `,"last":{"value":7}}`...)
	r := Discover(nil, 10)
	if leaves, ok := r.Read(m); !ok || len(leaves) != 10 || len(r.paths) != 10 || len(r.nodes) > 20 || r.IsComplete() {
		t.Errorf("%d leaves, %v", len(leaves), ok)
	}
	r = Discover([]string{"last.value"}, 10)
	if leaves, ok := r.Read(m); !ok || len(leaves) != 11 || leaves[10].Path != 0 {
		t.Errorf("%d leaves, %v", len(leaves), ok)
	}
	r = Find([]string{"last.value", "list.20000", "k20000"})
	for range 2 {
		leaves, ok := r.Read(m)
		if !ok || len(leaves) != 3 || string(leaves[0].Raw) != "19999" || string(leaves[1].Raw) != "20000" || string(leaves[2].Raw) != "7" {
			t.Errorf("%+v, %v", leaves, ok)
		}
	}
	if r.learnt > maxEdges {
		t.Errorf("%d edges learnt", r.learnt)
	}
}

func TestParseNumber(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "-1", "1.0", "0.1", "-0.10", "1e5", "1E5", "1e21", "1e+21", "1e-7", "0.000001", "0.0000001", "123456789012345", "1.23456789012345",
		"1.234567890123456", "0.1234567890123456789", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
		"99999999999999999", "100000000000000000", "1e400", "0.30000000000000004", "5e-324", "1.7976931348623157e+308", "1234567890.1234567", "-0.0", "12.5", "1000000000000000000000",
	} {
		v, want := ParseNumber([]byte(text)), naiveNumber(text)
		if v.Kind != want.Kind || v.Word != want.Word || string(v.AppendText(nil)) != text {
			t.Errorf("%s = %v %x, want %v %x", text, v.Kind, v.Word, want.Kind, want.Word)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m), []byte(m))
	}
	f.Fuzz(func(t *testing.T, first, message []byte) {
		all, some := Discover(nil, 1<<20), Find([]string{"a", "a.b", "b", "0", "a.0", "a.0.b", ""})
		all.Read(first)
		some.Read(first)
		// Names that differ in bytes that are not UTF-8 are one for encoding/json.
		message = bytes.ToValidUTF8(message, []byte("?"))
		if bytes.Contains(message, []byte(`\ud`)) || bytes.Contains(message, []byte(`\uD`)) || len(message) > maxPath {
			return
		}
		check(t, all, message)
		check(t, some, message)
	})
}

func FuzzNumber(f *testing.F) {
	f.Add(0.1, int64(5))
	f.Fuzz(func(t *testing.T, x float64, n int64) {
		for _, text := range []string{string(AppendFloat(nil, x)), strconv.FormatInt(n, 10), strconv.FormatFloat(x, 'f', 3, 64), strconv.FormatFloat(x, 'e', 5, 64)} {
			if EndOfNumber([]byte(text), 0) != len(text) {
				continue
			}
			v, want := ParseNumber([]byte(text)), naiveNumber(text)
			if v.Kind != want.Kind || v.Word != want.Word || string(v.AppendText(nil)) != text {
				t.Errorf("%s = %v %x, want %v %x", text, v.Kind, v.Word, want.Kind, want.Word)
			}
		}
	})
}

// corpusLine is an application's line of 26 leaves.
func corpusLine(i int) []byte {
	return fmt.Appendf(nil, `{"time":"2026-01-01T00:00:%02d.157Z","level":"info","logger":"http.server","msg":"request completed","service":{"name":"payments-worker","version":"2.10.%d"},"host":"ip-10-0-0-%d","pid":%d,"request_id":"req-f440093d498f%012x","trace":{"id":"b70a5221%08x","sampled":%v},"http":{"method":"GET","route":"/api/v1/users/{id}","status":%d,"latency_ms":%d.5,"bytes":%d},"user":{"id":"u-9%05d","name":"s.zoë","tenant":"t-%d","plan":"pro"},"db":{"calls":3,"ms":2},"retry":0,"region":"us-west-2"}`,
		i%60, i%7, i%50, 1000+i%99, i*7919, i*104729, i%3 == 0, 200+i%5, i%331, i*31%50000, i%9999, i%90)
}

func BenchmarkRead(b *testing.B) {
	var lines [][]byte
	size := 0
	for i := range 1000 {
		lines = append(lines, corpusLine(i))
		size += len(lines[i])
	}
	for _, c := range []struct {
		name string
		r    *Reader
	}{{"all", Discover(nil, 100)}, {"two", Find([]string{"http.route", "http.latency_ms"})}, {"none", Find([]string{"nothing"})}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, line := range lines {
					if _, ok := c.r.Read(line); !ok {
						b.Fatal("no JSON")
					}
				}
			}
		})
	}
	b.Run("encoding-json-valid", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, line := range lines {
				if !json.Valid(line) {
					b.Fatal("no JSON")
				}
			}
		}
	})
}
