package main

import (
	"fmt"
	"maps"
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
			"| needle_unique, ms | 5 | 6 | 4 |  | 3.5 | best |",
		},
		{
			"another size", `{"corpus":"c","events":200000,"warm":[{"id":"needle_unique","ok":true,"ms":[6,4,7],"server_cpu_ms":3.5}]}`,
			"| needle_unique, ms |  | 6 | 4 |  | 3.5 |  |",
		},
		{"benchmarks alone", "", "| replay of the log, batches of 10, MB/s | 200 | 966 | 966 |  |  | yes |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loader := filepath.Join(dir, "none")
			if c.loader != "" {
				loader = write("loader.json", c.loader)
			}
			if err := run(benchmarks, loader, "", "abc", dir); err != nil {
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

// Times and rates are set right by the speed of the machine, sizes are not; what is compared within a run is compared as measured.
func TestSpeed(t *testing.T) {
	m := measured{
		"events": {goalEvents}, "ingest.mb_per_s": {70}, "ingest.at_settled.peak_rss_mib": {500}, "warm.bins_5m.ms": {50}, "warm.page_100k.ms": {400},
		"AppendWhileMerging/pause=10ms idle-p99-us": {1000}, "AppendWhileMerging/pause=10ms merging-p99-us": {3000},
	}
	got := map[string]string{}
	for _, r := range m.rows(0.5) {
		got[r.What] = strings.TrimSpace(fmt.Sprintln(r.Must, r.There, r.Met))
	}
	want := map[string]string{
		"messages": "110 140 there", "resident memory, peak": "384 0 no", "bins_5m": "30 25 there", "page_100k": "150 200 no",
		"p99 of batches of 100 in the engine, 8 writers, idle": "0 500", "… while segments are merged": "2000 1500 no",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What zstd does is measured on the messages of a corpus.
func TestMachineSpeed(t *testing.T) {
	corpus := filepath.Join(t.TempDir(), "corpus")
	line := `{"group":"g","stream":"s","ts":1,"message":"a line that is longer than nothing"}` + "\n"
	if err := os.WriteFile(corpus, []byte(strings.Repeat(line, 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := thisMachine(t.TempDir(), corpus)
	if err != nil || m.speed() <= 0 {
		t.Errorf("speed %v, %v", m.speed(), err)
	}
	if err := os.WriteFile(corpus, []byte(line+"{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := thisMachine(t.TempDir(), corpus); err == nil {
		t.Error("a corpus that ends in the middle of an event: no error")
	}
}
