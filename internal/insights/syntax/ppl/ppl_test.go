package ppl_test

import (
	"testing"

	"tailrace/internal/insights/syntax/ppl"
	"tailrace/internal/insights/syntax/syntaxtest"
)

func TestSpecification(t *testing.T) { syntaxtest.Run(t, ppl.Parse) }

func FuzzParse(f *testing.F) {
	for _, text := range syntaxtest.Queries(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { syntaxtest.CheckParse(t, ppl.Parse, text) })
}
