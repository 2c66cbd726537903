package syntax

import (
	"slices"
	"strings"
	"testing"
)

// TestExamples parses the examples of both tables, and finds in each what it is an example of.
func TestExamples(t *testing.T) {
	for _, command := range Commands() {
		query, err := Parse(command.Example)
		if err != nil {
			t.Errorf("%s: %v\n%s", command.Name, err, command.Example)
			continue
		}
		if !slices.ContainsFunc(query.Stages, func(s Stage) bool { return s.Command() == command.Name }) {
			t.Errorf("no %s in %s", command.Name, command.Example)
		}
		if command.Usage == "" || !strings.HasSuffix(command.Doc, ".") {
			t.Errorf("%s is not described", command.Name)
		}
	}
	for _, function := range Functions() {
		if _, err := Parse(function.Example); err != nil {
			t.Errorf("%s: %v\n%s", function.Name, err, function.Example)
		}
		if !strings.Contains(function.Example, function.Name+"(") || !strings.HasSuffix(function.Doc, ".") {
			t.Errorf("%s is not described", function.Name)
		}
	}
}

// TestNames finds commands and functions by every name, in any case.
func TestNames(t *testing.T) {
	for _, name := range []string{"WHERE", "Head", "count_frequent", "ORDER", "filterindex"} {
		if _, ok := CommandByName(name); !ok {
			t.Errorf("no command %s", name)
		}
	}
	for name, want := range map[string]string{
		"countDistinct": "count_distinct", "COLLECT_VALUES": "values", "strftime": "formatDate", "STRLEN": "strlen",
	} {
		if f, ok := FunctionByName(name); !ok || f.Name != want {
			t.Errorf("%s is not %s", name, want)
		}
	}
	f, _ := FunctionByName("round")
	if got := f.Signature(); got != "round(a [, decimals])" {
		t.Errorf("signature %s", got)
	}
}
