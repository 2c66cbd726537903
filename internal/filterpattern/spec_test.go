package filterpattern

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txt with what the package does")

// TestSpecification runs testdata/*.txt, the language's rules as examples. A block is a pattern and messages:
//
//	pattern <pattern>
//	 prints <canonical form>, if it is another
//	 matches everything, if it does
//	+ <message that matches>
//	    $name=<extracted>
//	- <message that does not>
//
// or a pattern that is refused, where "^" stands under the offset:
//
//	pattern <pattern>
//	        ^ <reason>
//
// Lines with # are comments. A backtick in front of pattern or message says that it is a Go string in double quotes.
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
			got := runSpecification(t, string(data))
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

func runSpecification(t *testing.T, text string) string {
	var out strings.Builder
	var pattern *Pattern
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "pattern"):
			out.WriteString(line + "\n")
			pattern = specifyPattern(&out, line)
		case strings.HasPrefix(line, "+ "), strings.HasPrefix(line, "- "):
			if pattern == nil {
				t.Fatalf("message without pattern: %s", line)
			}
			specifyMessage(&out, pattern, line[2:])
		case strings.HasPrefix(line, "#"), line == "":
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, " "): // of the last run
		default:
			t.Fatalf("what is %q?", line)
		}
	}
	return out.String()
}

func specifyPattern(out *strings.Builder, line string) *Pattern {
	text := unquoteTest(strings.TrimPrefix(strings.TrimPrefix(line, "pattern"), " "))
	p, err := Parse(text)
	if err != nil {
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			panic(err)
		}
		fmt.Fprintf(out, "%s^ %s\n", strings.Repeat(" ", len("pattern ")+e.Offset), e.Reason)
		return nil
	}
	if p.String() != text {
		fmt.Fprintf(out, " prints %s\n", p)
	}
	if p.MatchAll() {
		fmt.Fprintf(out, " matches everything\n")
	}
	return p
}

func specifyMessage(out *strings.Builder, p *Pattern, line string) {
	message := []byte(unquoteTest(line))
	extracted, ok := p.Extract(message)
	if ok != p.Match(message) {
		fmt.Fprintln(out, "Extract and Match do not agree")
	}
	if !ok {
		fmt.Fprintln(out, "- "+line)
		return
	}
	fmt.Fprintln(out, "+ "+line)
	for _, name := range slices.Sorted(maps.Keys(extracted)) {
		fmt.Fprintf(out, "    %s=%s\n", name, extracted[name])
	}
}

// unquoteTest reads a line that starts with a backtick as a Go string.
func unquoteTest(line string) string {
	quoted, ok := strings.CutPrefix(line, "`")
	if !ok {
		return line
	}
	var text string
	if _, err := fmt.Sscanf(quoted, "%q", &text); err != nil {
		panic(fmt.Sprintf("%s: %v", line, err))
	}
	return text
}
