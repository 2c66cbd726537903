package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPageIsInStep(t *testing.T) {
	want, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../" + page)
	if err != nil || string(got) != string(want) {
		t.Errorf("docs/compat.md is not what compatgen makes of the source (%v): run go generate ./internal/service", err)
	}
	if strings.Count(string(want), "\n| ") != 118+1 {
		t.Errorf("%s", want)
	}
}

func TestServiceMethods(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.go":      "package p\nfunc (s *Service) A() {}\nfunc (Service) B() {}\nfunc (o *Other) C() {}\nfunc D() {}\n",
		"b_test.go": "package p\nfunc (s *Service) E() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := serviceMethods(dir)
	if err != nil || len(got) != 1 || !got["A"] {
		t.Errorf("%v, %v", got, err)
	}
	text := string(render([]string{"A", "B"}, got))
	if !strings.Contains(text, "**1 of 2 are implemented**") || !strings.HasSuffix(text, "| A | implemented |\n| B | not built |\n") {
		t.Error(text)
	}
	if err := os.WriteFile(filepath.Join(dir, "c.go"), []byte("package"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := serviceMethods(dir); err == nil {
		t.Error("a broken file was accepted")
	}
}
