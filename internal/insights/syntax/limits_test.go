package syntax

import (
	"errors"
	"strings"
	"testing"
)

// TestLimits parses what is as large as a query can be, and refuses what is larger.
func TestLimits(t *testing.T) {
	fits := func(unit, end string) string {
		return "filter a" + strings.Repeat(unit, (MaxLength-len("filter a"+end))/len(unit)) + end
	}
	stages := "fields a" + strings.Repeat("|fields a", maxStages)
	for name, c := range map[string]struct {
		text, message string
	}{
		"sums":        {fits("+a", ""), ""},
		"and":         {fits(" and a", ""), ""},
		"elements":    {"filter a in [1" + strings.Repeat(",1", 4000) + "]", ""},
		"path":        {fits(".a", ""), ""},
		"behind":      {"stats count(*) by a | " + fits("+a", "")[:9000], ""},
		"stats":       {"stats count(*)" + strings.Repeat("+count(*)", 1000) + " by a", ""},
		"string":      {`filter a = "` + strings.Repeat("é", MaxLength-13) + `"`, ""},
		"long":        {`filter a = "` + strings.Repeat("é", MaxLength-12) + `"`, "longer than 10000 characters"},
		"parentheses": {"filter " + strings.Repeat("(", 5000), "levels of nesting"},
		"not":         {"filter " + strings.Repeat("not ", 2000) + "a", "levels of nesting"},
		"subqueries":  {"filter " + strings.Repeat("a in (filter ", 700), "levels of nesting"},
		"stages":      {stages, "more than 250 commands"},
		"encoding":    {"filter a = \"\xff\"", "not UTF-8"},
		"errors":      {strings.Repeat("x|", 4000), "mismatched"},
	} {
		_, err := Parse(c.text)
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %.200v, want %q", name, err, c.message)
		}
		if list, ok := errors.AsType[Errors](err); err != nil && (!ok || len(list) > maxErrors) {
			t.Errorf("%s: %d errors", name, len(list))
		}
	}
}
