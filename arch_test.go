package tailrace

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "tailrace/"

// pkg is one directory with Go files: what the arrows of layers.txt are checked for.
type pkg struct {
	imports   map[string]bool // of this module, as layers.txt names them
	hasDoc    bool
	onlyTests bool
}

// TestLayers holds the arrows: every package stands in layers.txt, imports only what lies on floors below, and says what
// it is for. Tools that run by go:generate and packages that exist only for tests may import what they need.
func TestLayers(t *testing.T) {
	floors := readLayers(t)
	found := readPackages(t)
	for _, name := range slices.Sorted(maps.Keys(floors)) {
		if p := found[name]; p == nil || p.onlyTests {
			t.Errorf("layers.txt: %s is no package", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		p := found[name]
		if !p.hasDoc && !p.onlyTests {
			t.Errorf("%s: no package comment", name)
		}
		if p.onlyTests || isTool(name) {
			continue
		}
		floor, ok := floors[name]
		if !ok {
			t.Errorf("layers.txt: %s is missing", name)
			continue
		}
		for _, imported := range slices.Sorted(maps.Keys(p.imports)) {
			if f, ok := floors[imported]; ok && f >= floor {
				t.Errorf("%s imports %s, which is not on a floor below", name, imported)
			}
			if isTool(imported) {
				t.Errorf("%s imports %s, which is for tools and tests only", name, imported)
			}
		}
	}
}

// isTool tells generators and test harnesses from the product.
func isTool(name string) bool {
	last := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(name, "test/") || strings.HasSuffix(last, "gen") || strings.HasSuffix(last, "test")
}

func readLayers(t *testing.T) map[string]int {
	text, err := os.ReadFile("layers.txt")
	if err != nil {
		t.Fatal(err)
	}
	floors := map[string]int{}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			if _, twice := floors[name]; twice {
				t.Errorf("layers.txt: %s stands twice", name)
			}
			floors[name] = i
		}
	}
	return floors
}

func readPackages(t *testing.T) map[string]*pkg {
	found := map[string]*pkg{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "tools" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || filepath.Dir(path) == "." {
			return nil
		}
		name := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "internal/")
		p := found[name]
		if p == nil {
			p = &pkg{imports: map[string]bool{}, onlyTests: true}
			found[name] = p
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		p.onlyTests = false
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		p.hasDoc = p.hasDoc || file.Doc != nil
		for _, spec := range file.Imports {
			if imported, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); ok {
				p.imports[strings.TrimPrefix(imported, "internal/")] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
