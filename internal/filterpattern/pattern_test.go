package filterpattern

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"tailrace/internal/leaf"
)

func mustParse(t testing.TB, pattern string) *Pattern {
	t.Helper()
	p, err := Parse(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBounds(t *testing.T) {
	repeat := strings.Repeat
	for _, c := range []struct {
		name    string
		pattern string
		offset  int // -1: no error
	}{
		{"length", repeat("a", MaxLength), -1},
		{"length in characters", `"` + repeat("ü", MaxLength-2) + `"`, -1},
		{"too long", repeat("a", MaxLength+1), MaxLength},
		{"too long in blanks", repeat(" ", MaxLength+1), MaxLength},
		{"not UTF-8", "\"a\xffb\"", 2},
		{"cut UTF-8", "\"a\xc3", 2},
		{"the replacement character", "\"\uFFFD\"", -1},
		{"terms", repeat("a ", maxTerms), -1},
		{"too many terms", repeat("a ", maxTerms+1), 2 * maxTerms},
		{"conditions", "{" + repeat("$.a=1||", maxTerms-1) + "$.a=1}", -1},
		{"too many conditions", "{" + repeat("$.a=1||", maxTerms) + "$.a=1}", 1 + 7*maxTerms},
		{"fields", "[" + repeat(",", maxTerms-1) + "]", -1},
		{"too many fields", "[" + repeat(",", maxTerms) + "]", 1 + maxTerms},
		{"depth", "{" + repeat("(", maxDepth) + "$.a=1" + repeat(")", maxDepth) + "}", -1},
		{"too deep", "{" + repeat("(", maxDepth+1) + "$.a=1" + repeat(")", maxDepth+1) + "}", 2 + maxDepth},
		{"depth is not breadth", "{" + repeat("($.a=1)||", maxDepth+5) + "$.a=1}", -1},
		{"steps", "{$" + repeat(".a", 500) + "=1}", -1},
		{"NUL", "a\x00", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.pattern)
			if err == nil && c.offset >= 0 {
				t.Fatal("no error")
			}
			if e, ok := errors.AsType[*SyntaxError](err); err != nil && (!ok || e.Offset != c.offset) {
				t.Fatalf("want offset %d, got %v", c.offset, err)
			}
		})
	}
}

func TestRequired(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{``, ``},
		{`ab "c d e" -xyz`, `"c d e" & "ab"`},
		{`?ab ?cd`, `"ab"|"cd"`},
		{`?ab ?%\d%`, ``},
		{`?ab cd`, `"cd"`},
		{`-ab`, ``},
		{`%/api/v[12]/orders/\d+ 50[234]%`, `"/orders/" & "/api/v" & " 50"`},
		{`%a{3}b|[Cc]d%`, `"aaab"|"d"`},
		{`%abc|dexx%`, `"abc"|"dexx"`},
		{`%a*b?c{0,3}d+%`, `"d"`},
		{`%ab{2,}%`, `"a" & "b"`},
		{`{ $.level = "error" }`, `"\"error\""|"\\u" & "\"level\""|"\\u"`},
		{`{ $.a = *rror* && $.b != "x" }`, `"rror"|"\\u" & "\"a\""|"\\u" & "\"b\""|"\\u"`},
		{`{ $.a = "yes/no \"sir\"" }`, `"yes"|"\\u" & "\"a\""|"\\u"`},
		{`{ $.a = 400 }`, `"\"a\""|"\\u"`},
		{`{ $.a = null }`, `"null"|"\\u" & "\"a\""|"\\u"`},
		{`{ $.a = "xy" || $.b = %vw% }`, `"\"xy\""|"\\u"|"vw"`},
		{`{ $.a = "xy" || $.b NOT EXISTS }`, ``},
		{`[a=x || a=longer, b=mid]`, `"mid" & "x"|"longer"`},
		{`[a=xyz, b!=c, c=4* || c=*5]`, `"xyz" & "4"|"5"`},
		{`[a=404]`, ``},
	} {
		var clauses []string
		for _, clause := range mustParse(t, c.pattern).Required() {
			var literals []string
			for _, l := range clause {
				quoted, _ := json.Marshal(string(l))
				literals = append(literals, string(quoted))
			}
			clauses = append(clauses, strings.Join(literals, "|"))
		}
		if got := strings.Join(clauses, " & "); got != c.want {
			t.Errorf("%s\nwant %s\n got %s", c.pattern, c.want, got)
		}
	}
}

// TestNoAllocation runs every benchmark's pattern over lines of each kind.
func TestNoAllocation(t *testing.T) {
	for _, bench := range benchmarks {
		p := mustParse(t, bench.pattern)
		for _, format := range []string{jsonLine, nginx, syslog} {
			messages, _ := lines(format)
			i := 0
			if n := testing.AllocsPerRun(500, func() { p.Match(messages[i]); i++ }); n >= 1 {
				t.Errorf("%s allocates %v times a line", bench.pattern, n)
			}
		}
	}
}

func TestConcurrentMatch(t *testing.T) {
	p := mustParse(t, `{ $.a = "x\y" && $.b = %^[xy]+$% }`)
	var group sync.WaitGroup
	for i := range 8 {
		text := strings.Repeat(string("xy"[i%2]), i+1)
		group.Go(func() {
			for range 200 {
				yes := []byte(`{"a":"x\\y","b":"` + strings.ReplaceAll(text, "x", `\u0078`) + `"}`)
				no := []byte(`{"a":"x\\z","b":"` + text + `"}`)
				if !p.Match(yes) || p.Match(no) {
					t.Errorf("wrong on %s", text)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestNesting holds that depth costs no more than the bound: beyond it a message is no JSON, as for encoding/json.
func TestNesting(t *testing.T) {
	p := mustParse(t, `{ $.b NOT EXISTS }`)
	for _, depth := range []int{1, leaf.MaxNesting - 1, leaf.MaxNesting, 10 * leaf.MaxNesting} {
		message := `{"a":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
		if got, want := p.Match([]byte(message)), json.Valid([]byte(message)); got != want {
			t.Errorf("depth %d: match %v, json.Valid %v", depth, got, want)
		}
	}
}

// FuzzWalk holds that the walk takes exactly what encoding/json takes, of objects.
func FuzzWalk(f *testing.F) {
	_, messages := specimens(f)
	for _, message := range messages {
		f.Add([]byte(message))
	}
	f.Add([]byte("{\"a\":\"a control \x01 among many\"}"))
	f.Add([]byte("{\"a\":\"bytes of text \xff\x7f that are no UTF-8\"}"))
	f.Fuzz(func(t *testing.T, message []byte) {
		w := walker{trie: newTrie(nil), text: message}
		want := json.Valid(message) && bytes.TrimLeft(message, " \t\r\n")[0] == '{'
		if got := w.document(); got != want {
			t.Fatalf("%q: walk %v, encoding/json %v", message, got, want)
		}
	})
}
