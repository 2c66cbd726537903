package main

import (
	"os"
	"strings"
	"testing"

	"tailrace/internal/insights/syntax"
)

func TestPageIsInStep(t *testing.T) {
	want, err := generate("../syntax")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../syntax/" + page)
	if err != nil || string(got) != want {
		t.Errorf("docs/insights.md is not what guidegen makes of the tables (%v): run go generate ./internal/insights/syntax", err)
	}
	if n, all := strings.Count(want, "\n### "), len(syntax.Commands())+len(syntax.Functions()); n != all {
		t.Errorf("%d entries, want %d", n, all)
	}
}
