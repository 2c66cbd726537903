// Command compatgen writes docs/compat.md: which operations of the API package service implements. It takes the operations
// from the table of package api and finds the implemented ones in the source, as the methods that *Service declares itself;
// the rest answers through api.Unimplemented. It runs in internal/service, by go generate.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tailrace/internal/api"
)

// page is where the page lies, seen from internal/service.
const page = "../../docs/compat.md"

func main() {
	log.SetFlags(0)
	log.SetPrefix("compatgen: ")
	text, err := generate(".")
	if err == nil {
		err = os.WriteFile(filepath.FromSlash(page), text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// generate returns the page for the package in dir.
func generate(dir string) ([]byte, error) {
	methods, err := serviceMethods(dir)
	if err != nil {
		return nil, err
	}
	return render(slices.Sorted(maps.Keys(api.Operations)), methods), nil
}

func render(operations []string, built map[string]bool) []byte {
	var rows bytes.Buffer
	n := 0
	for _, name := range operations {
		state := "not built"
		if built[name] {
			state = "implemented"
			n++
		}
		fmt.Fprintf(&rows, "| %s | %s |\n", name, state)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Compatibility

<!-- Generated from the operation table by compatgen: go generate ./internal/service -->

The operations of the CloudWatch Logs API (%s) and what Tailrace does with them: **%d of %d are implemented**. An operation
that is not built answers 400 `+"`UnknownOperationException`"+` with a message that names it and Tailrace; none is accepted
and ignored.

| operation | state |
|---|---|
`, api.TargetPrefix, n, len(operations))
	b.Write(rows.Bytes())
	return b.Bytes()
}

// serviceMethods are the methods with the receiver *Service in the package in dir, tests left out.
func serviceMethods(dir string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	methods := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && onService(f) {
				methods[f.Name.Name] = true
			}
		}
	}
	return methods, nil
}

func onService(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) != 1 {
		return false
	}
	pointer, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := pointer.X.(*ast.Ident)
	return ok && name.Name == "Service"
}
