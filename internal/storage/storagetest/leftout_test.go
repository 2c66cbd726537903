package storagetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tailrace/internal/filterpattern"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/field"
	"tailrace/internal/storage/segment"
)

// Pieces of which messages and patterns are made: texts that differ in case, in escapes and in bytes that are no UTF-8, and numbers
// in several spellings.
var (
	texts   = []string{"kelvin", "KELVIN", "\u212aelvin", "masses", "ma\u017fses", "error-code", "needle in hay", "straße", "a\xffbcdefg", "\ufffd", "1e2", "100", "100.0", "true", "null", "path/to/file", "say \\\"hello\\\"", "", "tab\\there", "\\u006beyword", "keyword", "key\\/word", "key/word"}
	numbers = []string{"100", "1e2", "100.00", "-0", "0", "9007199254740993", "9007199254740992", "1e400", "-12.5", "1.25e1", "123456789012345678901234567890", "0.1", "1E-1"}
	keys    = []string{"status", "a", "b", "a.b", "level", "key\\u0077ord", "keyword", "0", "long_property_name"}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func jsonValue(r *rand.Rand, depth int) string {
	switch n := r.IntN(10); {
	case n < 4:
		return `"` + pick(r, texts) + `"`
	case n < 7:
		return pick(r, numbers)
	case n == 7:
		return pick(r, []string{"true", "false", "null", "{}", "[]"})
	case depth > 2:
		return "1"
	case n == 8:
		return "[" + jsonValue(r, depth+1) + ", " + jsonValue(r, depth+1) + "]"
	}
	return jsonObject(r, depth+1)
}

func jsonObject(r *rand.Rand, depth int) string {
	var members []string
	for range 1 + r.IntN(4) {
		members = append(members, `"`+pick(r, keys)+`" : `+jsonValue(r, depth))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// leftOutMessage changes slowly, so that what one block has others have not.
func leftOutMessage(r *rand.Rand, step int) string {
	local := rand.New(rand.NewPCG(uint64(step), 9))
	if r.IntN(3) > 0 {
		r = local // one of few in this block
		for range rand.IntN(3) {
			jsonObject(r, 0)
		}
	}
	if r.IntN(3) == 0 {
		return pick(r, texts) + " " + pick(r, texts) + " [" + pick(r, texts) + "] \"" + pick(r, numbers) + "\" " + pick(r, texts)
	}
	return jsonObject(r, 0)
}

// plainText is a text of JSON as far as patterns are to find it.
func plainText(s string) string {
	return strings.NewReplacer(`\"`, `"`, `\/`, `/`, `\t`, "\t", `\u006b`, "k", `\u0077`, "w").Replace(s)
}

func quoted(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// regexOf makes an expression of part of a text, in which some characters are more or less than themselves.
func regexOf(r *rand.Rand, s string) string {
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case r.IntN(12) == 0:
			out.WriteString(".")
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ' ' || c == '_' || c == '-' || c == '/':
			out.WriteByte(c)
		default:
			out.WriteString(".")
		}
		out.WriteString(pick(r, []string{"", "", "", "", "", "", "?", "*", "+", "{1,2}", "{,1}", "{0,}"}))
	}
	if r.IntN(4) == 0 {
		out.WriteString("|" + pick(r, []string{"masses", "needle", "^1", "file$"}))
	}
	return "%" + pick(r, []string{"", "", "^"}) + out.String() + pick(r, []string{"", "", "$"}) + "%"
}

func part(r *rand.Rand, s string) string {
	if len(s) < 2 || r.IntN(3) == 0 {
		return s
	}
	from := r.IntN(len(s) / 2)
	return s[from : from+1+r.IntN(len(s)-from)]
}

func term(r *rand.Rand) string {
	text := plainText(pick(r, texts))
	if r.IntN(3) == 0 {
		return regexOf(r, part(r, text))
	}
	return quoted(part(r, text))
}

func comparison(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return pick(r, []string{"=", "!=", "<", ">", "<=", ">="}) + " " + pick(r, numbers)
	case 1:
		return pick(r, []string{"=", "!="}) + " " + regexOf(r, part(r, plainText(pick(r, texts))))
	case 2:
		return pick(r, []string{"=", "!="}) + " " + quoted(pick(r, []string{"", "*"})+part(r, plainText(pick(r, texts)))+pick(r, []string{"", "*"}))
	}
	return pick(r, []string{"=", "!="}) + " " + quoted(plainText(pick(r, append(texts, numbers...))))
}

func leafCondition(r *rand.Rand) string {
	path := "$"
	for range 1 + r.IntN(2) {
		path += pick(r, []string{".status", ".a", ".b", "['a.b']", ".level", ".keyword", "[0]", ".*", "[*]", ".long_property_name", "['0']"})
	}
	if r.IntN(5) == 0 {
		return path + " " + pick(r, []string{"IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"})
	}
	return path + " " + comparison(r)
}

func anyPattern(r *rand.Rand) string {
	switch r.IntN(3) {
	case 0:
		var items []string
		for range 1 + r.IntN(3) {
			items = append(items, pick(r, []string{"", "", "?", "-"})+term(r))
		}
		return strings.Join(items, " ")
	case 1:
		items := leafCondition(r)
		for range r.IntN(3) {
			items = "(" + items + ")" + pick(r, []string{" && ", " || "}) + leafCondition(r)
		}
		return "{ " + items + " }"
	}
	var items []string
	for i := range 1 + r.IntN(4) {
		name := fmt.Sprint("f", i)
		items = append(items, pick(r, []string{name, "...", name + " " + comparison(r), name + " " + comparison(r) + pick(r, []string{" && ", " || "}) + name + " " + comparison(r)}))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// Whatever a pattern says of messages and leaves, no block is left out that has a match: in merged segments with filters and columns of
// fields, in flushed ones, and in the head.
func TestNoMatchIsLeftOut(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	options := segment.Options{BlockBytes: 500, Fields: field.Options{Columns: 64, Share: 1}}
	s := New(t, storage.Options{Manual: true, Segment: options, Merge: options, Compaction: compaction.Options{FanOut: 2}, ScanWorkers: 2})
	ctx := context.Background()
	var messages []string
	for i := range 800 {
		messages = append(messages, leftOutMessage(r, i/12))
		if _, err := s.Append("app", fmt.Sprint("s", i%2), event(int64(i), messages[i])); err != nil {
			t.Fatal(err)
		}
		if i == 200 || i == 400 || i == 600 {
			if err := s.Engine.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if i == 400 {
			if err := s.Engine.Compact(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	patterns, matched, skipped := 0, 0, int64(0)
	rounds := 1000
	if withDetector {
		rounds = 300
	}
	for range rounds {
		text := anyPattern(r)
		p, err := filterpattern.Parse(text)
		if err != nil {
			continue
		}
		patterns++
		var want []string
		for _, m := range messages {
			if p.Match([]byte(m)) {
				want = append(want, m)
			}
		}
		q := storage.Query{Group: s.Group("app").ID, Range: logs.AllTime, Match: p.Match, Required: p.Required(), Where: p.Where()}
		scan := s.Engine.Scan(ctx, q)
		var got []string
		for scan.Next() {
			for _, m := range scan.Batch().Message {
				got = append(got, string(m))
			}
		}
		if err := scan.Err(); err != nil || !slices.Equal(got, want) {
			t.Fatalf("seed %d: %s: %d events, want %d, %v; required %q", seed, text, len(got), len(want), err, p.Required())
		}
		matched += len(want)
		skipped += scan.Stats().SkippedBlocks
		scan.Close()
	}
	if matched == 0 || skipped == 0 || patterns < rounds/10 {
		t.Errorf("%d patterns, %d matches, %d blocks were left out", patterns, matched, skipped)
	}
}
