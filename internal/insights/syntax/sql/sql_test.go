package sql_test

import (
	"testing"

	"tailrace/internal/insights/syntax/sql"
	"tailrace/internal/insights/syntax/syntaxtest"
)

func TestSpecification(t *testing.T) { syntaxtest.Run(t, sql.Parse) }

func FuzzParse(f *testing.F) {
	for _, text := range syntaxtest.Queries(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { syntaxtest.CheckParse(t, sql.Parse, text) })
}
