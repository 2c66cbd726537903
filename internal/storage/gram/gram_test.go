package gram

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// build makes a filter that may be as long as it likes.
func build(messages ...string) []byte {
	var b Builder
	for _, m := range messages {
		b.Add([]byte(m))
	}
	return b.AppendTo(nil, 1<<20)
}

func clause(literals ...string) [][]byte {
	var c [][]byte
	for _, l := range literals {
		c = append(c, []byte(l))
	}
	return c
}

// line is a message such as people log.
func line(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return fmt.Sprintf(`{"time":"2026-01-01T00:00:%02d.%03dZ","level":"info","request_id":"req-%016x%08x","user":{"name":"s.zoë"},"ms":%d}`,
			r.IntN(60), r.IntN(1000), r.Uint64(), r.Uint32(), r.IntN(9999))
	case 1:
		return fmt.Sprintf(`10.6.%d.%d - - [01/Jan/2026:00:00:%02d +0000] "GET /api/v1/orders/%d HTTP/1.1" 200 %d "-" "Mozilla/5.0"`,
			r.IntN(256), r.IntN(256), r.IntN(60), r.IntN(1e6), r.IntN(1e5))
	case 2:
		return fmt.Sprintf("\tat com.example.Ledger.post(Ledger.java:%d)\x00\xff%x", r.IntN(500), r.Uint32())
	default:
		return strings.Repeat("x", r.IntN(12))
	}
}

func TestMayMatch(t *testing.T) {
	filter := build(`request req-910a2dec89025cc1a3490688 took "12 ms", tenant Zoë`, "short", "abcd", "")
	for _, test := range []struct {
		name    string
		clauses [][][]byte
		want    bool
	}{
		{"nothing is known", nil, true},
		{"there", [][][]byte{clause("req-910a2dec89025cc1a3490688")}, true},
		{"part of an id", [][][]byte{clause("dec89025cc1a")}, true},
		{"phrase with blanks and marks", [][][]byte{clause(`took "12 ms", t`)}, true},
		{"letters of any language", [][][]byte{clause("tenant Zoë")}, true},
		{"case is not told apart", [][][]byte{clause("REQUEST REQ-910A")}, true},
		{"a whole message of a gram", [][][]byte{clause("short")}, true},
		{"absent", [][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff")}, false},
		{"over the end of a message", [][][]byte{clause("tenant Zoëshort")}, false},
		{"one of two", [][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff", "tenant Zoë")}, true},
		{"neither", [][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff", "req-5709ba31dfe2649cf1589212")}, false},
		{"both", [][][]byte{clause("tenant Zoë"), clause("910a2dec")}, true},
		{"one but not the other", [][][]byte{clause("tenant Zoë"), clause("req-00ab5e47f0ff00ab5e47f0ff")}, false},
		{"too short", [][][]byte{clause("qqqq")}, true},
		{"a choice is too short", [][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff", "qqqq")}, true},
		{"too short, and absent", [][][]byte{clause("qqqq"), clause("req-00ab5e47f0ff00ab5e47f0ff")}, false},
		{"no choice", [][][]byte{{}}, true},
		{"no escape here", [][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff", `\u`)}, false},
	} {
		if got := New(test.clauses).MayMatch(filter); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func TestEscape(t *testing.T) {
	c := New([][][]byte{clause("req-00ab5e47f0ff00ab5e47f0ff", `\u`)})
	if !c.MayMatch(build("some message", `{"id":"\u0072eq-00ab5e47f0ff00ab5e47f0ff"}`)) {
		t.Error("an escape was overlooked")
	}
	var b Builder
	b.Add([]byte(`\u0072`))
	b.AppendTo(nil, 1<<10)
	b.Add([]byte(`other message`))
	if c.MayMatch(b.AppendTo(nil, 1<<10)) {
		t.Error("the filter before left its escape")
	}
}

func TestBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	random := make([]byte, 256<<10)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	var b Builder
	for _, test := range []struct {
		name       string
		text       []byte
		most, want int
	}{
		{"as long as it likes", []byte("abcdefghijklmnopqrstuvwxyz"), 1 << 10, headerSize + 4},
		{"without a gram", []byte("abcd"), 1 << 10, headerSize},
		{"bounded", random, 16 << 10, 16 << 10},
		{"worth nothing", random, 4 << 10, 0},
		{"no room", []byte("abcd"), 1, 0},
		{"negative room", []byte("abcdefgh"), -1, 0},
	} {
		b.Add(test.text)
		if got := len(b.AppendTo(nil, test.most)); got != test.want {
			t.Errorf("%s: %d bytes, want %d", test.name, got, test.want)
		}
	}
	if empty := build("abcd"); New([][][]byte{clause("abcde")}).MayMatch(empty) || Covers(empty, []byte("abcde")) || !Covers(empty, []byte("abcd")) {
		t.Error("an empty filter excludes wrongly")
	}
}

// No part of a message is ever excluded, whatever is in it and however tight the filter is.
func TestNothingIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var messages [][]byte
		size := 0
		for range rapid.IntRange(1, 50).Draw(t, "lines") {
			messages = append(messages, []byte(line(r)))
		}
		messages = append(messages, rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 0, 5).Draw(t, "messages")...)
		var b Builder
		for _, m := range messages {
			b.Add(m)
			size += len(m)
		}
		filter := b.AppendTo(nil, max(size/rapid.IntRange(1, 20).Draw(t, "share"), headerSize))
		for _, m := range messages {
			if !Covers(filter, m) {
				t.Fatalf("%q is not covered", m)
			}
			from := rapid.IntRange(0, len(m)).Draw(t, "from")
			to := rapid.IntRange(from, len(m)).Draw(t, "to")
			for _, literal := range [][]byte{m[from:to], bytes.ToUpper(m[from:to])} {
				if isASCII(literal) && !New([][][]byte{{literal}}).MayMatch(filter) || !New([][][]byte{{m[from:to], []byte("absent literal")}}).MayMatch(filter) {
					t.Fatalf("%q of %q is excluded", literal, m)
				}
			}
		}
	})
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// What is absent is excluded as often as the package says.
func TestExclusion(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var filters [][]byte
	for range 40 {
		var b Builder
		for size := 0; size < 64<<10; {
			m := line(r)
			b.Add([]byte(m))
			size += len(m)
		}
		filters = append(filters, b.AppendTo(nil, 1<<20))
	}
	for length, most := range map[int]float64{12: 0.045, 16: 0.008, 24: 0.0005} {
		found, asked := 0, 0
		for range 500 {
			id := fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
			c := New([][][]byte{clause(id[:length])})
			for _, f := range filters {
				asked++
				if c.MayMatch(f) {
					found++
				}
			}
		}
		if share := float64(found) / float64(asked); share > most {
			t.Errorf("%d bytes: found in %.4f of the filters, at most %.4f expected", length, share, most)
		}
	}
}

// FuzzFilter: damaged filters panic nowhere; a filter of the messages excludes no part of them.
func FuzzFilter(f *testing.F) {
	f.Add([]byte{}, []byte("a message"), 2, 7)
	f.Add([]byte{version, 0}, []byte("a message"), 0, 9)
	f.Add([]byte{version, 0xff, 1, 2, 3}, []byte(`{"a":"\u0061"}`), 1, 8)
	f.Add(build("a message of another block"), []byte("\x00\xff\xfeabcdefgh"), 3, 9)
	f.Fuzz(func(t *testing.T, filter, message []byte, from, to int) {
		if from < 0 || to < from || to > len(message) {
			return
		}
		c := New([][][]byte{{message[from:to]}})
		c.MayMatch(filter)
		if Covers(filter, message) && !c.MayMatch(filter) {
			t.Fatalf("%x covers %q but excludes %q", filter, message, message[from:to])
		}
		own := build("x", string(message), "another message")
		if !Covers(own, message) || !c.MayMatch(own) {
			t.Fatalf("%q of %q is excluded", message[from:to], message)
		}
	})
}
