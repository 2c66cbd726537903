package exec

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"tailrace/internal/insights/syntax"
)

// TestExamples holds that ../testdata/examples.txtar, which TestQueries runs and docs/insights.md is made with, has the examples of
// all commands and functions.
func TestExamples(t *testing.T) {
	const file = "../testdata/examples.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range syntax.Commands() {
		want = append(want, c.Example)
	}
	for _, f := range syntax.Functions() {
		want = append(want, f.Example)
	}
	var files []txtar.File
	var got []string
	for _, section := range archive.Files {
		switch {
		case section.Name == "query":
			got = append(got, strings.TrimSuffix(string(section.Data), "\n"))
		case strings.HasPrefix(section.Name, "events"), strings.HasPrefix(section.Name, "table"):
			files = append(files, section)
		}
	}
	if slices.Equal(got, want) {
		return
	}
	if !*update {
		t.Fatalf("the examples are not those of the tables: %d, want %d", len(got), len(want))
	}
	for _, query := range want {
		files = append(files, txtar.File{Name: "query", Data: []byte(query + "\n")})
	}
	archive.Files = files
	play(t, archive)
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
