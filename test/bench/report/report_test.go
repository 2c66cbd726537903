package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What benchmarks and the loader say comes into the table, a wrong answer does not, and goals hold for the corpus that they are for.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	benchmarks := write("go.txt", "goos: linux\nBenchmarkReplay/events=10-2 \t 3\t 310 ns/op\t 150.5 MB/s\nBenchmarkReplay/events=10-2 \t 3\t 310 ns/op\t 966 MB/s\nPASS\n")
	for _, c := range []struct{ name, loader, want string }{
		{
			"goals", `{"corpus":"c","events":2000000,"warm":[{"id":"needle_unique","ok":true,"ms":[6,4,7],"server_cpu_ms":3.5},{"id":"needle_absent","ok":false,"ms":[1]}]}`,
			"| needle_unique, ms | 5 | 6 | 4 | 3.5 | best |",
		},
		{
			"another size", `{"corpus":"c","events":200000,"warm":[{"id":"needle_unique","ok":true,"ms":[6,4,7],"server_cpu_ms":3.5}]}`,
			"| needle_unique, ms |  | 6 | 4 | 3.5 |  |",
		},
		{"benchmarks alone", "", "| replay of the log, batches of 10, MB/s | 200 | 966 | 966 |  | yes |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loader := filepath.Join(dir, "none")
			if c.loader != "" {
				loader = write("loader.json", c.loader)
			}
			if err := run(benchmarks, loader, "abc", dir); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(filepath.Join(dir, "report.md"))
			if err != nil {
				t.Fatal(err)
			}
			if text := string(b); !strings.Contains(text, c.want) || strings.Contains(text, "needle_absent") {
				t.Errorf("want %s in\n%s", c.want, text)
			}
		})
	}
}
