package field

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
)

// drawMessage draws JSON of few paths, and what is nearly that.
func drawMessage(t *rapid.T) string {
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]string{"", "plain text", `{"a":1`, `[1,2]`, `{"a":1,}`, `{}`, ` {"a":7} `, `{"a":1,"a":2}`, `{"a.b":1,"a":{"b":2}}`}).Draw(t, "text")
	}
	return drawObject(t, 2)
}

func drawObject(t *rapid.T, depth int) string {
	var members []string
	for range rapid.IntRange(0, 5).Draw(t, "members") {
		key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e.f", "", "0", `\u0061`, "é"}).Draw(t, "key")
		members = append(members, `"`+key+`":`+drawValue(t, depth))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func drawValue(t *rapid.T, depth int) string {
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind == 0 && depth > 0:
		return drawObject(t, depth-1)
	case kind == 1 && depth > 0:
		return "[" + drawValue(t, depth-1) + "," + drawValue(t, depth-1) + "]"
	case kind < 3:
		return rapid.SampledFrom([]string{"true", "false", "null", "{}", "[]"}).Draw(t, "word")
	case kind < 5:
		return fmt.Sprint(rapid.Int64().Draw(t, "int"))
	case kind < 6:
		return rapid.SampledFrom([]string{"-0", "0", "1.50", "1e5", "0.25", "12.5", "-7.125", "9223372036854775807", "-9223372036854775808", "1e400", "123456789012345678901234567890"}).Draw(t, "number")
	case kind < 7:
		return string(leaf.AppendFloat(nil, float64(rapid.IntRange(-1000, 1000).Draw(t, "n"))/rapid.SampledFrom([]float64{1, 10, 100, 8, 3}).Draw(t, "by")))
	case kind < 9:
		return `"` + rapid.SampledFrom([]string{"", "x", "GET", `q\"uote`, `\u00e9`, "500", "a longer text than the others are"}).Draw(t, "few") + `"`
	}
	return fmt.Sprintf(`"id-%d"`, rapid.IntRange(0, 1<<30).Draw(t, "id"))
}

func build(b *Builder, messages []string, always []string, most int) []byte {
	var lengths []int64
	var text []byte
	for _, m := range messages {
		lengths = append(lengths, int64(len(m)))
		text = append(text, m...)
	}
	return b.Append(nil, lengths, text, always, most)
}

// checkColumns compares what stands in a block's columns with its messages.
func checkColumns(t interface{ Fatalf(string, ...any) }, extra []byte, messages []string, paths []string) (b Block) {
	if err := b.Open(extra, len(messages)); err != nil {
		t.Fatalf("open: %v", err)
	}
	var v column.Vector
	for _, path := range paths {
		col := b.Find(path)
		if col == Unknown {
			continue
		}
		if err := b.Read(&v, col); err != nil {
			t.Fatalf("read %q: %v", path, err)
		}
		r := leaf.Find([]string{path})
		for row, m := range messages {
			var want leaf.Value
			leaves, _ := r.Read([]byte(m))
			if len(leaves) == 1 {
				want, _ = leaves[0].Value(nil)
				if leaves[0].Doubled && !b.columns[col].doubled {
					t.Fatalf("%q does not know that it has more leaves in %q", path, m)
				}
			}
			if got := v.Value(row); got.Kind != want.Kind || got.Word != want.Word || !bytes.Equal(got.Text, want.Text) {
				t.Fatalf("%q of %q = %v %d %q, want %v %d %q", path, m, got.Kind, got.Word, got.Text, want.Kind, want.Word, want.Text)
			}
		}
	}
	return b
}

func allPaths(messages []string) []string {
	r := leaf.Discover(nil, 1<<20)
	for _, m := range messages {
		r.Read([]byte(m))
	}
	return r.Paths()
}

// Columns say what the messages say, whatever these are, and a condition that a message satisfies keeps its block.
func TestColumnsAgreeWithMessages(t *testing.T) {
	builder := NewBuilder(Options{Columns: 64, Share: 1})
	rapid.Check(t, func(t *rapid.T) {
		messages := rapid.SliceOfN(rapid.Custom(drawMessage), 1, 60).Draw(t, "messages")
		always := rapid.SampledFrom([][]string{nil, {"a"}, {"a", "nowhere", "e.f", "b.a"}}).Draw(t, "always")
		extra := build(builder, messages, always, 1<<20)
		paths := append(allPaths(messages), "nowhere", "a", "b.1")
		b := checkColumns(t, extra, messages, paths)
		for _, path := range always {
			if b.Find(path) < 0 {
				t.Fatalf("%q has no column", path)
			}
		}
		checkPruning(t, &b, messages, paths)
	})
}

// checkPruning asks for each leaf of each message.
func checkPruning(t *rapid.T, b *Block, messages []string, paths []string) {
	r := leaf.Discover(nil, 1<<20)
	for _, m := range messages {
		leaves, _ := r.Read([]byte(m))
		for _, l := range leaves {
			v, _ := l.Value(nil)
			c := leaf.Condition{Path: r.Paths()[l.Path], Least: math.Inf(-1), Most: math.Inf(1), Accepts: func(other leaf.Value) bool {
				return other.Kind == v.Kind && other.Word == v.Word && bytes.Equal(other.Text, v.Text)
			}}
			switch v.Kind {
			case leaf.Int:
				c.Least, c.Most = float64(int64(v.Word)), float64(int64(v.Word))
			case leaf.Float:
				c.Least, c.Most = math.Float64frombits(v.Word), math.Float64frombits(v.Word)
			}
			if !b.MayMatch([][]leaf.Condition{{c}}) {
				t.Fatalf("%q excludes %q", c.Path, m)
			}
		}
	}
}

func lines(n int) (messages []string) {
	for i := range n {
		messages = append(messages, fmt.Sprintf(`{"time":"2026-01-01T00:%02d:%02d.157Z","level":%q,"status":%d,"ms":%d.%d,"ts":%d,"bytes":%d,"id":"req-%016x","ok":%v,"svc":{"name":"pay"}}`,
			i/60%60, i%60, []string{"info", "warn", "error"}[i*7%11%3], 200+i*i%7*50, i*37%500, 1+i%9, 1767225600000+i*13, i*7919%100000, uint64(i)*0x9E3779B97F4A7C15, i%3 == 0))
	}
	return messages
}

// The encodings and the choice of a usual block, as text: each column with its bytes.
func TestChoice(t *testing.T) {
	messages := lines(400)
	b := NewBuilder(Options{Columns: 64, Share: 16})
	extra := build(b, messages, []string{"id"}, 1<<20)
	checkColumns(t, extra, messages, allPaths(messages))
	var got []string
	for _, c := range b.columns {
		got = append(got, fmt.Sprintf("%s %d %d", c.path, c.encoding, c.to-c.from))
	}
	want := []string{"bytes 2 856", "id 4 8800", "level 1 102", "ms 2 655", "ok 0 53", "status 0 113", "svc.name 0 6", "ts 3 17"}
	if !slices.Equal(got, want) {
		t.Errorf("columns %q\nwant %q", got, want)
	}
	for _, c := range []struct {
		where leaf.Condition
		want  bool
	}{
		{leaf.Condition{Path: "status", Least: 600, Most: math.Inf(1)}, false},
		{leaf.Condition{Path: "status", Least: 400, Most: 400}, true},
		{leaf.Condition{Path: "status", Least: 301, Most: 399}, false}, // the dictionary says more than its ends
		{leaf.Condition{Path: "ms", Least: 500.5, Most: 1e9}, false},
		{leaf.Condition{Path: "ms", Least: 499, Most: 1e9}, true},
		{leaf.Condition{Path: "ts", Least: 0, Most: 1767225599999}, false},
		{leaf.Condition{Path: "ts", Least: 1767225600000 + 399*13, Most: math.Inf(1)}, true}, // the last one
		{leaf.Condition{Path: "ts", Least: 1767225600001 + 399*13, Most: math.Inf(1)}, false},
		{leaf.Condition{Path: "time", Least: 1, Most: 0}, true}, // has no column
		{leaf.Condition{Path: "nowhere"}, false},
		{leaf.Condition{Path: "level", Accepts: func(v leaf.Value) bool { return string(v.Text) == "fatal" }}, false},
		{leaf.Condition{Path: "id", Accepts: func(v leaf.Value) bool { return string(v.Text) == "none" }}, false},
	} {
		var block Block
		if err := block.Open(extra, len(messages)); err != nil {
			t.Fatal(err)
		}
		if got := block.MayMatch([][]leaf.Condition{{c.where}}); got != c.want {
			t.Errorf("%+v: may match = %v", c.where, got)
		}
		if got := block.MayMatch([][]leaf.Condition{{{Path: "time"}}, {{Path: "nowhere"}, c.where}}); got != c.want {
			t.Errorf("%+v among others: may match = %v", c.where, got)
		}
	}
}

// Where the budget is short, texts that one groups by come before numbers of many digits, and these before texts of many kinds.
func TestChoiceUnderPressure(t *testing.T) {
	var messages []string
	for i := range 500 {
		messages = append(messages, fmt.Sprintf(`{"route":"/api/v1/some-things-of-kind-%d","bytes":%d,"path":"/p/%d"}`, i*i%41, i*7919%100000, i*i%41+i%2*50))
	}
	size := len(strings.Join(messages, ""))
	for _, c := range []struct {
		budget int
		want   []string
	}{{1300, []string{"route"}}, {2300, []string{"bytes", "route"}}, {4000, []string{"bytes", "path", "route"}}} {
		b := NewBuilder(Options{Columns: 64, Share: size / c.budget})
		build(b, messages, nil, 1<<20)
		var got []string
		for _, col := range b.columns {
			got = append(got, col.path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("budget %d: columns %q, want %q", c.budget, got, c.want)
		}
	}
}

// Budgets hold: of columns, of bytes, and of those that are always wanted.
func TestBudgets(t *testing.T) {
	messages := lines(400)
	size := len(strings.Join(messages, ""))
	for _, c := range []struct {
		o      Options
		always []string
		most   int
		want   int
	}{
		{Options{}, nil, 1 << 20, 0},
		{Options{Columns: 3, Share: 1}, nil, 1 << 20, 3},
		{Options{Columns: 3, Share: 1}, []string{"id", "time"}, 1 << 20, 5},
		{Options{Columns: 64}, []string{"id"}, 1000, 5},
		{Options{}, []string{"status"}, 1000, 1},
		{Options{}, []string{"status", "id"}, 60, 0},
	} {
		extra := build(NewBuilder(c.o), messages, c.always, c.most)
		b := checkColumns(t, extra, messages, allPaths(messages))
		if len(b.columns) != c.want || len(extra) > c.most {
			t.Errorf("%+v always %q: columns %q of %d bytes for %d", c.o, c.always, b.Paths(), len(extra), size)
		}
	}
}

// A block with more paths than are looked at does not say that there are no others.
func TestManyPaths(t *testing.T) {
	var messages []string
	for i := range 3 * maxPaths {
		messages = append(messages, fmt.Sprintf(`{"k%d":1,"last":%d}`, i, i))
	}
	b := NewBuilder(Options{Columns: 64, Share: 1})
	for range 2 {
		block := checkColumns(t, build(b, messages, []string{"last"}, 1<<20), messages, allPaths(messages))
		if block.Find("nowhere") != Unknown || block.Find("last") < 0 {
			t.Errorf("find: %d, %d", block.Find("nowhere"), block.Find("last"))
		}
	}
	few := build(b, []string{`{"a":1}`}, nil, 1<<20)
	if block := checkColumns(t, few, []string{`{"a":1}`}, nil); block.Find("nowhere") != Absent {
		t.Errorf("find: %d", block.Find("nowhere"))
	}
}

func TestBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := widthOf(rapid.Uint64().Draw(t, "most"))
		values := rapid.SliceOf(rapid.Uint64()).Draw(t, "values")
		for i := range values {
			if width < 64 {
				values[i] &= 1<<width - 1
			}
		}
		packed := appendBits(nil, values, width)
		got := make([]uint64, len(values))
		if unpackBits(got, packed, width); !slices.Equal(got, values) || len(packed) != packedSize(len(values), width) {
			t.Fatalf("%d bits: %v came back as %v", width, values, got)
		}
	})
}

func FuzzOpen(f *testing.F) {
	b := NewBuilder(Options{Columns: 64, Share: 1})
	f.Add(build(b, lines(20), nil, 1<<20), 20)
	f.Add(build(b, lines(9), []string{"id"}, 1<<20), 9)
	f.Fuzz(func(t *testing.T, extra []byte, rows int) {
		if rows < 1 || rows > 10_000 {
			return
		}
		var b Block
		if b.Open(extra, rows) != nil {
			return
		}
		var v column.Vector
		for i := range b.columns {
			if b.Read(&v, i) != nil {
				continue
			}
			for row := range rows {
				v.Value(row)
			}
		}
		for _, path := range b.Paths() {
			b.MayMatch([][]leaf.Condition{{{Path: path}}})
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	messages := lines(1200)
	var lengths []int64
	var text []byte
	for _, m := range messages {
		lengths = append(lengths, int64(len(m)))
		text = append(text, m...)
	}
	builder := NewBuilder(Options{Columns: 64})
	var extra []byte
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		extra = builder.Append(extra[:0], lengths, text, nil, 1<<20)
	}
	b.ReportMetric(float64(len(extra)), "bytes")
}

func BenchmarkReadColumns(b *testing.B) {
	messages := lines(1200)
	extra := build(NewBuilder(Options{Columns: 64, Share: 16}), messages, nil, 1<<20)
	for _, path := range []string{"status", "ms", "ts", "level"} {
		b.Run(path, func(b *testing.B) {
			var block Block
			var v column.Vector
			b.ReportAllocs()
			for b.Loop() {
				if err := block.Open(extra, len(messages)); err != nil {
					b.Fatal(err)
				}
				if err := block.Read(&v, block.Find(path)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(messages)), "ns/row")
		})
	}
}
