// Command guidegen writes docs/insights.md: a head by hand, from head.md, and behind it the commands and functions of Logs Insights
// from the tables of package syntax, each with its example. What testdata/examples.txtar says that an example is refused with stands
// beside it. It runs in internal/insights/syntax, by go generate.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"tailrace/internal/insights/syntax"
)

// Where the page and the examples lie, seen from internal/insights/syntax.
const (
	page     = "../../../docs/insights.md"
	examples = "../testdata/examples.txtar"
)

//go:embed head.md
var head string

func main() {
	log.SetFlags(0)
	log.SetPrefix("guidegen: ")
	text, err := generate(".")
	if err == nil {
		err = os.WriteFile(filepath.FromSlash(page), []byte(text), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// generate returns the page, seen from the directory of package syntax.
func generate(dir string) (string, error) {
	archive, err := txtar.ParseFile(filepath.Join(dir, examples))
	if err != nil {
		return "", err
	}
	refused := refusals(archive)
	var out strings.Builder
	out.WriteString(head)
	out.WriteString("\n## Commands\n")
	for _, c := range syntax.Commands() {
		fmt.Fprintf(&out, "\n### %s\n\n", heading(c.Name, c.Aliases, c.New))
		fmt.Fprintf(&out, "    %s\n\n%s\n", strings.ReplaceAll(c.Usage, " | "+c.Name+" ", "\n    "+c.Name+" "), c.Doc)
		example(&out, c.Example, refused)
	}
	group := syntax.Group("")
	for _, f := range syntax.Functions() {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(&out, "\n## Functions: %s\n", group)
		}
		fmt.Fprintf(&out, "\n### %s\n\n    %s: %s\n\n%s\n", heading(f.Name, f.Aliases, f.New), f.Signature(), f.Result, f.Doc)
		example(&out, f.Example, refused)
	}
	return out.String(), nil
}

func heading(name string, aliases []string, recent bool) string {
	if len(aliases) > 0 {
		name += ", " + strings.Join(aliases, ", ")
	}
	if recent {
		name += " †"
	}
	return name
}

func example(out *strings.Builder, query string, refused map[string]string) {
	fmt.Fprintf(out, "\n```\n%s\n```\n", query)
	if reason := refused[query]; reason != "" {
		fmt.Fprintf(out, "\n**Refused:** %s.\n", reason)
	}
}

// refusals finds the queries whose result is an error with a place, and what it says.
func refusals(archive *txtar.Archive) map[string]string {
	refused := map[string]string{}
	query := ""
	for _, section := range archive.Files {
		text := strings.TrimSuffix(string(section.Data), "\n")
		switch section.Name {
		case "query":
			query = text
		case "result":
			lines := strings.Split(text, "\n")
			if n := len(lines); n >= 3 && lines[0] == query && strings.Trim(lines[1], " ^") == "" {
				refused[query] = lines[n-1]
			}
		}
	}
	return refused
}
