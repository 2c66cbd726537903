package syntax

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txt with what the package does")

// TestSpecification runs testdata/*.txt, the language as examples. A block is a query, a line of it behind each ">", and
//
//	= <canonical text>, if it is another
//	  <tree of each command>
//
// or, under the line where each stands, its errors:
//
//	^^^ <message>
//
// Blocks are separated by empty lines, lines with # in front are comments.
func TestSpecification(t *testing.T) {
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
				specify(t, &out, block)
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

func specify(t *testing.T, out *strings.Builder, block string) {
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
	query, err := Parse(text)
	list, _ := errors.AsType[Errors](err)
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

func specifyTree(t *testing.T, out *strings.Builder, query *Query, text string) {
	printed := query.String()
	if printed != text {
		fmt.Fprintln(out, "= "+printed)
	}
	if query.Source != nil {
		fmt.Fprintln(out, "  "+Dump(query.Source))
	}
	for _, stage := range query.Stages {
		fmt.Fprintln(out, "  "+Dump(stage))
	}
	checkStable(t, query)
}

// checkStable holds what the printer promises.
func checkStable(t *testing.T, query *Query) {
	t.Helper()
	printed := query.String()
	if utf8.RuneCountInString(printed) > MaxLength {
		return
	}
	again, err := Parse(printed)
	if err != nil {
		t.Fatalf("what was printed is refused: %s\n%v", printed, err)
	}
	if second := again.String(); second != printed {
		t.Fatalf("printing is not stable\n%s\n%s", printed, second)
	}
	if a, b := Dump(query), Dump(again); a != b {
		t.Fatalf("%s is another tree\n%s\n%s", printed, a, b)
	}
}
