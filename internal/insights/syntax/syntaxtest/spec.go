// Package syntaxtest runs the specifications of the query languages, queries as text with the trees that they are.
package syntaxtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tailrace/internal/insights/syntax"
)

// Parse reads a query of the language that is specified.
type Parse func(text string) (*syntax.Query, error)

var update = flag.Bool("update", false, "rewrite testdata/*.txt with what the package does")

// Run runs testdata/*.txt, the language as examples. A block is a query, a line of it behind each ">", and
//
//	= <canonical text>, if it is another
//	  <tree of each command>
//
// or, under the line where each stands, its errors:
//
//	^^^ <message>
//
// Blocks are separated by empty lines, lines with # in front are comments.
func Run(t *testing.T, parse Parse) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for block := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
				specify(t, parse, &out, block)
			}
			got := strings.TrimSuffix(out.String(), "\n")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			compareLines(t, file, string(data), got)
		})
	}
}

func compareLines(t *testing.T, file, want, got string) {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			t.Fatalf("%s:%d\nwant %q\n got %q", file, i+1, w[min(i, len(w)-1)], g[min(i, len(g)-1)])
		}
	}
}

func specify(t *testing.T, parse Parse, out *strings.Builder, block string) {
	var lines []string
	for line := range strings.SplitSeq(block, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, ">"):
			lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, ">"), " "))
		}
	}
	if len(lines) == 0 {
		out.WriteString("\n")
		return
	}
	text := strings.Join(lines, "\n")
	query, err := parse(text)
	list, _ := errors.AsType[syntax.Errors](err)
	start := 0
	for i, line := range lines {
		fmt.Fprintln(out, strings.TrimSpace("> "+line))
		end := start + utf8.RuneCountInString(line) + 1
		for _, e := range list {
			if start <= e.Start && (e.Start < end || i == len(lines)-1) {
				width := min(max(1, e.End-e.Start), max(1, end-1-e.Start))
				fmt.Fprintf(out, "%s%s %s\n", strings.Repeat(" ", 2+e.Start-start), strings.Repeat("^", width), e.Message)
			}
		}
		start = end
	}
	if err == nil {
		specifyTree(t, out, query, text)
	}
	out.WriteString("\n")
}

func specifyTree(t *testing.T, out *strings.Builder, query *syntax.Query, text string) {
	printed := query.String()
	if printed != text {
		fmt.Fprintln(out, "= "+printed)
	}
	if query.Source != nil {
		fmt.Fprintln(out, "  "+syntax.Dump(query.Source))
	}
	for _, stage := range query.Stages {
		fmt.Fprintln(out, "  "+syntax.Dump(stage))
	}
	CheckStable(t, query)
}

// CheckStable holds what the printer promises: what it prints is read as the same tree.
func CheckStable(t testing.TB, query *syntax.Query) {
	t.Helper()
	printed := query.String()
	if utf8.RuneCountInString(printed) > syntax.MaxLength {
		return
	}
	again, err := syntax.Parse(printed)
	if err != nil && ordersOnly(err) {
		return
	}
	if err != nil {
		t.Fatalf("what was printed is refused: %s\n%v", printed, err)
	}
	if second := again.String(); second != printed {
		t.Fatalf("printing is not stable\n%s\n%s", printed, second)
	}
	if a, b := syntax.Dump(query), syntax.Dump(again); a != b {
		t.Fatalf("%s is another tree\n%s\n%s", printed, a, b)
	}
}

// Queries are the queries of testdata.
func Queries(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for block := range strings.SplitSeq(string(data), "\n\n") {
			var lines []string
			for line := range strings.SplitSeq(block, "\n") {
				if query, ok := strings.CutPrefix(line, ">"); ok {
					lines = append(lines, strings.TrimPrefix(query, " "))
				}
			}
			texts = append(texts, strings.Join(lines, "\n"))
		}
	}
	return texts
}

// CheckParse reads any text: it is a query that prints stably, or has errors that lie inside of it.
func CheckParse(t testing.TB, parse Parse, text string) *syntax.Query {
	t.Helper()
	query, err := parse(text)
	if err == nil {
		CheckStable(t, query)
		return query
	}
	list, ok := errors.AsType[syntax.Errors](err)
	if !ok || len(list) == 0 || len(list) > 10 {
		t.Fatalf("no list of errors: %v", err)
	}
	for _, e := range list {
		if e.Start < 0 || e.End < e.Start || e.End > utf8.RuneCountInString(text) || e.Message == "" {
			t.Fatalf("%+v is not in %q", e, text)
		}
	}
	return nil
}

// ordersOnly tells whether a text is refused for the order of its commands alone, which is free in PPL.
func ordersOnly(err error) bool {
	list, _ := errors.AsType[syntax.Errors](err)
	for _, e := range list {
		if !strings.Contains(e.Message, "only limit can follow") && !strings.Contains(e.Message, "come after the last stats") &&
			!strings.Contains(e.Message, "stats commands") {
			return false
		}
	}
	return true
}
