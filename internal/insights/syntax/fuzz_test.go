package syntax_test

import (
	"testing"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/syntaxtest"
)

func TestSpecification(t *testing.T) { syntaxtest.Run(t, syntax.Parse) }

// FuzzParse holds that reading ends well or with errors inside of the text, and what the printer promises.
func FuzzParse(f *testing.F) {
	for _, text := range syntaxtest.Queries(f) {
		f.Add(text)
	}
	for _, command := range syntax.Commands() {
		f.Add(command.Example)
	}
	for _, function := range syntax.Functions() {
		f.Add(function.Example)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if query := syntaxtest.CheckParse(t, syntax.Parse, text); query != nil {
			checkSpans(t, query, len(text))
		}
	})
}

// checkSpans holds that every stage lies in the text and behind the one before it.
func checkSpans(t *testing.T, q *syntax.Query, length int) {
	end := 0
	for _, stage := range q.Stages {
		at := stage.Pos()
		if at.Start < end || at.End < at.Start || at.End > length {
			t.Fatalf("%s stands at %v, the one before it ends at %d", stage.Command(), at, end)
		}
		end = at.End
	}
}
