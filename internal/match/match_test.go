package match

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFinder compares with package bytes, where the byte looked for is rare and where it is everywhere.
func TestFinder(t *testing.T) {
	f := NewFinder("abb")
	if got := f.Index([]byte(strings.Repeat("ab", 50) + "abba")); got != 100 {
		t.Errorf("index %d behind many near misses, want 100", got)
	}
	if got := f.Index([]byte(strings.Repeat("ab", 50))); got != -1 {
		t.Errorf("index %d of what is not there", got)
	}
	far := bytes.Repeat([]byte("xab"), 100)
	for at := range far {
		text := bytes.Clone(far)
		copy(text[at:], "abb")
		if got, want := f.Index(text), bytes.Index(text, []byte("abb")); got != want {
			t.Errorf("index %d of %q, want %d", got, text, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		needle := rapid.SliceOfN(rapid.SampledFrom([]byte("aab")), 0, 8).Draw(t, "needle")
		text := bytes.Repeat([]byte(rapid.SampledFrom([]string{"ab", "aab", "z"}).Draw(t, "filling")), rapid.IntRange(0, 60).Draw(t, "n"))
		text = append(text, rapid.SliceOfN(rapid.SampledFrom([]byte("aaaabz")), 0, 30).Draw(t, "text")...)
		f := NewFinder(string(needle))
		if got, want := f.Index(text), bytes.Index(text, needle); got != want {
			t.Fatalf("index %d, want %d", got, want)
		}
	})
}

// TestAny compares with a search for each literal, in texts longer than what is searched at a time.
func TestAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		literals := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 1, 6, -1), 1, 3).Draw(t, "literals")
		text := bytes.Repeat([]byte("-"), rapid.SampledFrom([]int{0, 3, anyWindow - 3, 2*anyWindow - 2}).Draw(t, "filling"))
		text = append(text, rapid.StringOfN(rapid.RuneFrom([]rune("aab-")), 0, 20, -1).Draw(t, "text")...)
		var clause Clause
		want := -1
		for _, l := range literals {
			clause = append(clause, []byte(l))
			if at := bytes.Index(text, []byte(l)); at >= 0 && (want < 0 || at < want) {
				want = at
			}
		}
		any := NewAny(clause)
		if got := any.Index(text); got != want || any.In(text) != (want >= 0) {
			t.Fatalf("index %d, want %d", got, want)
		}
	})
}

// TestSet compares with a search for each text, in both ways of taking letters.
func TestSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abAB_`@K")), 2, 6, -1)
		words := rapid.SliceOfN(word, 1, 6).Draw(t, "texts")
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abAB_`@Kx")), 0, 40, -1).Draw(t, "message")
		fold := rapid.Bool().Draw(t, "fold")
		same := func(s string) string { return s }
		if fold {
			same = strings.ToLower
		}
		want := false
		for _, w := range words {
			want = want || strings.Contains(same(text), same(w))
		}
		if got := NewSet(words, fold).In([]byte(text)); got != want {
			t.Fatalf("in %v, want %v", got, want)
		}
	})
}

// expressions makes regular expressions of which the literals matter: alternations, both cases, the letters that have a
// third case, classes, repetitions and what has no literal.
func expressions() *rapid.Generator[string] {
	atom := rapid.SampledFrom([]string{
		"ab", "k", "es", "(?i)ab", "(?i:ke)", "(?i:s)", "[ab]", "[aA]", "[kK]", ".", "é", "(?i:é)", `\d`, "^", "$", "b{2}", "(ab)+", "a*", "(?:ba)?", "abab",
	})
	expression := atom
	for range 3 { // deep: without a bound some never end
		inner := expression
		group := rapid.Custom(func(t *rapid.T) string {
			branches := rapid.SliceOfN(rapid.OneOf(atom, inner), 1, 4).Draw(t, "branches")
			return rapid.SampledFrom([]string{"(", "(?i:"}).Draw(t, "group") + strings.Join(branches, "|") + ")"
		})
		expression = rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.OneOf(atom, group), 1, 3).Draw(t, "parts"), "")
		})
	}
	return expression
}

// TestRegex compares with package regexp: no literal that is looked for may lose a match, or find one that is none.
func TestRegex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := expressions().Draw(t, "expression")
		text := []byte(rapid.StringOfN(rapid.RuneFrom([]rune("aabbABkesKES\u017f\u212aéÉ1")), 0, 16, -1).Draw(t, "text"))
		r, err := CompileRegex(source, 10_000)
		if err != nil {
			t.Skip(err)
		}
		if got, want := r.Match(text), regexp.MustCompile(source).Match(text); got != want {
			t.Fatalf("match %v, want %v", got, want)
		} else if want && !r.May(text) {
			t.Fatal("a match that may not be")
		} else if want {
			if f := r.Literal(); f != nil && !f.In(text) {
				t.Fatalf("matches without %q", f.Needle())
			}
			for _, need := range r.Needs() {
				if !anyIn(NewFilter([]Need{need})[0], text) {
					t.Fatalf("matches without %q", need.Literals)
				}
			}
			for _, clause := range r.Required() {
				if !slices.ContainsFunc(clause, func(l []byte) bool { return bytes.Contains(lowered(text), lowered(l)) }) {
					t.Fatalf("matches without %q in any case", clause)
				}
			}
		}
	})
}

// lowered is b with the letters of ASCII in lower case.
func lowered(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

func TestRequired(t *testing.T) {
	for source, want := range map[string]string{
		"timeout after [0-9]+ ms": `["timeout after "] [" ms"]`,
		"(?i)connection reset":    `["connection re"]`,
		"(?i)(timeout|exception)": `["timeout" "exception"]`,
		"(?i)kiosk":               `["io"]`,
		"(?i)(sks|timeout)":       ``,
		"[0-9]+":                  ``,
		"(?:GET|POST) /api":       `[" /api"] ["GET" "POST"]`,
	} {
		r, err := CompileRegex(source, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range r.Required() {
			got = append(got, fmt.Sprintf("%q", c))
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%s: %s, want %s", source, joined, want)
		}
	}
}

// TestWhole says which expressions need no engine: else they would be slow where it matters.
func TestWhole(t *testing.T) {
	for source, want := range map[string]bool{
		"(?i)(error|timeout|exception|refused)": true,
		"(?i)error":                             true,
		"(?i)(error|exception)":                 true,
		"(?i:error)|FATAL":                      false,
		"(?i)(error|x)":                         false,
		"(?i)^error":                            false,
		"(?i)err.r":                             false,
	} {
		r, err := CompileRegex(source, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if r.setOnly != want {
			t.Errorf("%s: without engine %v, want %v", source, r.setOnly, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := CompileRegex("(?:abcdefgh){200}", 1000); err == nil {
		t.Error("compiled")
	}
	if _, err := CompileRegex("(", 1000); err == nil {
		t.Error("compiled")
	}
}

const nginx = `10.6.173.57 - - [01/Jan/2026:00:00:04 +0000] "GET /api/v1/orders/%06d/items?page=2 HTTP/1.1" 200 1331 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36" 0.035`

func BenchmarkRegex(b *testing.B) {
	for _, source := range []string{
		`(?i)(error|timeout|exception|refused)`, `(error|timeout|exception|refused)`, `(?i)error.*refused`,
		`/api/v[12]/orders/[0-9]{4,9}/items\?.*" 50[234] `,
	} {
		r, err := CompileRegex(source, 1000)
		if err != nil {
			b.Fatal(err)
		}
		var messages [][]byte
		size := 0
		for i := range 1000 {
			messages = append(messages, fmt.Appendf(nil, nginx, i))
			size += len(messages[i])
		}
		b.Run(source, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, m := range messages {
					r.Match(m)
				}
			}
		})
	}
}
