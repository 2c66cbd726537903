package syntax

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds that reading ends well or with errors inside of the text, and what the printer promises.
func FuzzParse(f *testing.F) {
	for _, text := range specified(f) {
		f.Add(text)
	}
	for _, command := range commands {
		f.Add(command.Example)
	}
	for _, function := range functions {
		f.Add(function.Example)
	}
	f.Fuzz(func(t *testing.T, text string) {
		query, err := Parse(text)
		if err == nil {
			checkStable(t, query)
			checkSpans(t, query, len(text))
			return
		}
		list, ok := errors.AsType[Errors](err)
		if !ok || len(list) == 0 || len(list) > maxErrors {
			t.Fatalf("no list of errors: %v", err)
		}
		for _, e := range list {
			if e.Start < 0 || e.End < e.Start || e.End > utf8.RuneCountInString(text) || e.Message == "" {
				t.Fatalf("%+v is not in %q", e, text)
			}
		}
	})
}

// specified are the queries of testdata.
func specified(t testing.TB) []string {
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

// checkSpans holds that every stage lies in the text and behind the one before it.
func checkSpans(t *testing.T, q *Query, length int) {
	end := 0
	for _, stage := range q.Stages {
		at := stage.Pos()
		if at.Start < end || at.End < at.Start || at.End > length {
			t.Fatalf("%s stands at %v, the one before it ends at %d", stage.Command(), at, end)
		}
		end = at.End
	}
}
