package filterpattern

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tailrace/internal/leaf"
)

// TestRandom compares random patterns over random messages with the naive matcher. Both are made of few words, so that
// matches and near misses are frequent.
func TestRandom(t *testing.T) {
	for name, gen := range map[string][2]func(*rapid.T) string{
		"terms":  {randomTerms, randomText},
		"object": {randomObject, randomJSON},
		"fields": {randomFields, randomText},
	} {
		t.Run(name, func(t *testing.T) {
			matches := 0
			rapid.Check(t, func(t *rapid.T) {
				pattern := gen[0](t)
				for range 8 {
					if agree(t, pattern, gen[1](t)) {
						matches++
					}
				}
			})
			if matches == 0 {
				t.Error("nothing ever matched: the generators are off")
			}
		})
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkWhere holds what a matching message's leaves must be against what they are.
func checkWhere(t fataler, p *Pattern, message string) {
	t.Helper()
	for _, clause := range p.Where() {
		holds := false
		for _, c := range clause {
			leaves, _ := leaf.Find([]string{c.Path}).Read([]byte(message))
			for _, l := range leaves {
				v, _ := l.Value(nil)
				holds = holds || l.Doubled || c.MayAccept(v)
			}
		}
		if !holds {
			t.Fatalf("pattern %s matches %q, but none of %+v holds", p, message, clause)
		}
	}
}

// agree holds all promises of one pattern and one message, and returns whether they match.
func agree(t fataler, pattern, message string) bool {
	t.Helper()
	p, err := Parse(pattern)
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	want, wantFields := naiveMatch(p, message)
	got, ok := p.Extract([]byte(message))
	if ok != want || p.Match([]byte(message)) != want || !maps.Equal(got, wantFields) && ok {
		t.Fatalf("pattern %s\nmessage %q\nmatch %v %v, naive %v %v", pattern, message, ok, got, want, wantFields)
	}
	if ok {
		checkWhere(t, p, message)
	}
	if p.MatchAll() && !ok {
		t.Fatalf("pattern %s matches all but %q", pattern, message)
	}
	for _, clause := range p.Required() {
		if ok && !containsAny(message, clause) {
			t.Fatalf("pattern %s\nmessage %q\nmatches without one of %q", pattern, message, clause)
		}
	}
	if ok && !p.MayMatch([]byte("before"+message+"behind")) {
		t.Fatalf("pattern %s\nmessage %q\nmatches, but no part of a text that it is part of may", p, message)
	}
	stable(t, p, message)
	return ok
}

func containsAny(message string, clause Clause) bool {
	for _, literal := range clause {
		if strings.Contains(message, string(literal)) {
			return true
		}
	}
	return false
}

// stable holds that a printed pattern is read back as the same one.
func stable(t fataler, p *Pattern, message string) {
	t.Helper()
	if utf8.RuneCountInString(p.String()) > MaxLength {
		return
	}
	again, err := Parse(p.String())
	if err != nil {
		t.Fatalf("print of a pattern: %v in %s", err, p)
	}
	if again.String() != p.String() || again.MatchAll() != p.MatchAll() || again.Match([]byte(message)) != p.Match([]byte(message)) {
		t.Fatalf("pattern %s is read back as %s, or matches otherwise on %q", p, again, message)
	}
}

func oneOf(t *rapid.T, texts ...string) string { return rapid.SampledFrom(texts).Draw(t, "one") }

func several(t *rapid.T, most int, separator string, one func(*rapid.T) string) string {
	var texts []string
	for range rapid.IntRange(1, most).Draw(t, "n") {
		texts = append(texts, one(t))
	}
	return strings.Join(texts, separator)
}

func randomWord(t *rapid.T) string {
	return oneOf(t, "a", "b", "ab", "aab", "abc", "4", "404", "4.0", "-1", "1e2", "100", "ü", `"`, `\`, "*", "x", "ERROR", "true")
}

func randomText(t *rapid.T) string {
	return several(t, 12, "", func(t *rapid.T) string {
		return oneOf(t, randomWord(t), randomWord(t), " ", " ", "  ", "[", "]", `"`, "\t", "\n")
	})
}

func randomQuoted(t *rapid.T) string {
	text := several(t, 3, "", func(t *rapid.T) string { return oneOf(t, randomWord(t), " ", "*") })
	return quote(strings.TrimRight(text, `\`), '"')
}

func randomRegex(t *rapid.T) string {
	part := func(t *rapid.T) string {
		return oneOf(t, "a", "ab", "b", "[ab]", "[^a]", `\d`, `\x22`, ".", "4", "a{2}", "(", "x{,2}", "b{1,}", "a|b", "|4", "a?", "b*", "[A]", `\s`, "^", "$", "ERR")
	}
	return "%" + strings.ReplaceAll(several(t, 5, "", part), "(", "") + "a%"
}

// randomly has regular expressions in one of eight places, twice at most in a pattern.
func randomValue(t *rapid.T, regexes *int) string {
	if *regexes < maxRegexes && rapid.IntRange(0, 7).Draw(t, "regex") == 0 {
		*regexes++
		return randomRegex(t)
	}
	return oneOf(t, randomQuoted(t), "a", "ab", "*b", "a*", "*a*", "*", "404", "4", "4.00", "-1", "1e2", "1e2404404", "0e9", "true", "null", "4*")
}

func randomTerms(t *rapid.T) string {
	regexes := 0
	return several(t, 5, " ", func(t *rapid.T) string {
		term := oneOf(t, "a", "b", "ab", "aab", "404", "ERROR", randomQuoted(t))
		if regexes < maxRegexes && rapid.IntRange(0, 7).Draw(t, "regex") == 0 {
			regexes++
			term = randomRegex(t)
		}
		if term == `""` {
			return term
		}
		return oneOf(t, "", "", "?", "-") + term
	})
}

func randomComparison(t *rapid.T, regexes *int) string {
	if rapid.Bool().Draw(t, "order") {
		return oneOf(t, "<", ">", "<=", ">=") + oneOf(t, "4", "4.0", "-1", "1e2", "100", "0.5", "1e-2404404")
	}
	return oneOf(t, "=", " = ", "!=") + randomValue(t, regexes)
}

func randomObject(t *rapid.T) string {
	regexes, wildcards := 0, 0
	var expr func(depth int) func(t *rapid.T) string
	expr = func(depth int) func(t *rapid.T) string {
		return func(t *rapid.T) string {
			if depth > 0 && rapid.Bool().Draw(t, "nest") {
				return "(" + several(t, 3, oneOf(t, " && ", " || "), expr(depth-1)) + ")"
			}
			selector := "$" + several(t, 3, "", func(t *rapid.T) string {
				return oneOf(t, ".a", ".b", "[0]", "[1]", "['a']", "['a']", `["ü"]`, ".ab")
			})
			if wildcards < maxWildcards && rapid.Bool().Draw(t, "wildcard") {
				wildcards++
				selector = "$" + oneOf(t, ".a", ".b", "") + oneOf(t, ".*", "[*]") + oneOf(t, "", ".a", "[0]")
			}
			if rapid.IntRange(0, 3).Draw(t, "state") == 0 {
				return selector + oneOf(t, " IS NULL", " IS TRUE", " IS FALSE", " NOT EXISTS")
			}
			return selector + randomComparison(t, &regexes)
		}
	}
	return "{" + several(t, 3, oneOf(t, "&&", "||"), expr(2)) + "}"
}

func randomJSON(t *rapid.T) string {
	blank := oneOf(t, "", "", " ", "\n")
	var value func(depth int) string
	text := func(t *rapid.T) string {
		return `"` + several(t, 3, "", func(t *rapid.T) string {
			return oneOf(t, "a", "b", "ab", "404", "4.0", "ü", `\"`, `\u0061`, `\n`, `\ud83d\ude00`, `\ud83d`, `\/`, "/", "*", "", "-1", "1e2", "ERROR", "true")
		}) + `"`
	}
	object := func(depth int) string {
		return "{" + blank + several(t, 4, ","+blank, func(t *rapid.T) string {
			return oneOf(t, `"a"`, `"b"`, `"ü"`, `"ab"`, `"\u0061"`) + blank + ":" + value(depth-1) + blank
		}) + "}"
	}
	value = func(depth int) string {
		switch n := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case n < 2 && depth > 0:
			return object(depth)
		case n < 4 && depth > 0:
			return "[" + several(t, 3, ","+blank, func(*rapid.T) string { return value(depth - 1) }) + "]"
		case n < 6:
			return text(t)
		}
		return oneOf(t, "4", "404", "-1", "1e2", "1e2404404", "100.0", "0.4E+1", "-0", "true", "false", "null", "[]", "{}")
	}
	return blank + object(3) + oneOf(t, "", "", "", blank, "x", "}", ",")
}

func randomFields(t *rapid.T) string {
	names, regexes, dots := "pqrstuvw", 0, rapid.IntRange(-3, 3).Draw(t, "dots")
	return "[" + several(t, 4, oneOf(t, ",", ", "), func(t *rapid.T) string {
		if dots--; dots == -1 {
			return "..."
		}
		name := names[:1]
		names = names[1:]
		if rapid.Bool().Draw(t, "where") {
			return several(t, 3, oneOf(t, "&&", " || "), func(t *rapid.T) string { return name + randomComparison(t, &regexes) })
		}
		return oneOf(t, name, name, " ")
	}) + ",]"
}

// specimens returns the patterns and messages of the specification.
func specimens(t testing.TB) (patterns, messages []string) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			if text, ok := strings.CutPrefix(line, "pattern "); ok {
				patterns = append(patterns, unquoteTest(text))
			} else if strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "- ") {
				messages = append(messages, unquoteTest(line[2:]))
			}
		}
	}
	return patterns, messages
}

// TestSpecimens compares every pattern of the specification with the naive matcher over every message of it.
func TestSpecimens(t *testing.T) {
	patterns, messages := specimens(t)
	for _, pattern := range patterns {
		if _, err := Parse(pattern); err != nil {
			continue
		}
		for _, message := range messages {
			agree(t, pattern, message)
		}
	}
}

// FuzzParse holds that no text makes Parse panic, that errors point into the text, and that print and parse agree.
func FuzzParse(f *testing.F) {
	patterns, _ := specimens(f)
	for _, pattern := range patterns {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		p, err := Parse(pattern)
		if err != nil {
			e, ok := errors.AsType[*SyntaxError](err)
			if !ok || p != nil || e.Offset < 0 || e.Offset > len(pattern) || e.Pattern != pattern || e.Reason == "" {
				t.Fatalf("%#v", e)
			}
			return
		}
		stable(t, p, pattern)
	})
}

// largeExponent and classRepeat are what the naive matcher cannot say straight.
var (
	largeExponent = regexp.MustCompile(`[eE][+-]?\d{4}`)
	classRepeat   = regexp.MustCompile(`\[.*\{,.*\]`)
)

// FuzzMatch compares any pattern and message with the naive matcher.
func FuzzMatch(f *testing.F) {
	patterns, messages := specimens(f)
	for i, pattern := range patterns {
		f.Add(pattern, messages[i%len(messages)])
		f.Add(pattern, messages[(i*7+3)%len(messages)])
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		if _, err := Parse(pattern); err != nil || !utf8.ValidString(message) {
			return
		}
		if largeExponent.MatchString(pattern) || largeExponent.MatchString(message) || classRepeat.MatchString(pattern) {
			return
		}
		agree(t, pattern, message)
	})
}
