// Report makes one table of what was measured: of the output of Go benchmarks and of the JSON that the loader of the comparison
// corpus writes, beside what was set as a goal. It writes report.md and report.json, with machine and commit, into a directory.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
)

// report is what report.json holds.
type report struct {
	When    string  `json:"when"`
	Commit  string  `json:"commit"`
	Machine machine `json:"machine"`
	Corpus  string  `json:"corpus"`
	Events  float64 `json:"events"`
	Rows    []row   `json:"rows"`
}

// row is one measured thing.
type row struct {
	Part   string    `json:"part"`
	What   string    `json:"what"`
	Unit   string    `json:"unit"`
	Must   float64   `json:"must,omitempty"`
	Median float64   `json:"median"`
	Best   float64   `json:"best"`
	Runs   []float64 `json:"runs"`
	CPUms  float64   `json:"server_cpu_ms,omitempty"` // of the server, a run
	Met    string    `json:"met,omitempty"`           // yes, best (the best run alone) or no; empty: there is no goal, or it is for other data
}

func main() {
	benchmarks := flag.String("go", "", "output of go test -bench")
	loader := flag.String("perf", "", "result of the loader; may be missing")
	commit := flag.String("commit", "unknown", "what was measured")
	dir := flag.String("o", ".", "directory of report.md and report.json, and of the file that the disk is measured with")
	flag.Parse()
	if err := run(*benchmarks, *loader, *commit, *dir); err != nil {
		log.Fatal(err)
	}
}

func run(benchmarks, loader, commit, dir string) error {
	m := measured{}
	if err := m.readBenchmarks(benchmarks); err != nil {
		return err
	}
	corpus, err := m.readLoader(loader)
	if err != nil {
		return err
	}
	key := "events"
	if corpus == "" {
		corpus, key = "built in", "Load/ingest events"
	}
	r := report{
		When: time.Now().UTC().Format(time.RFC3339), Commit: commit, Machine: thisMachine(dir),
		Corpus: corpus, Events: m.median(key), Rows: m.rows(),
	}
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	text := r.markdown()
	fmt.Print(text)
	return os.WriteFile(filepath.Join(dir, "report.md"), []byte(text), 0o644)
}

// rows are the goals for which there is a measurement.
func (m measured) rows() (rows []row) {
	for _, g := range goals {
		key := g.key
		if len(m[key]) == 0 {
			key = g.builtIn
		}
		runs := m[key]
		if len(runs) == 0 {
			continue
		}
		r := row{Part: g.part, What: g.what, Unit: g.unit, Must: g.must, Median: m.median(key), Best: m.best(key, g.atLeast), Runs: runs, CPUms: m.median(g.cpu)}
		if key == g.builtIn || g.isOfCorpus && m.median("events") != goalEvents {
			r.Must = 0
		}
		r.Met = r.verdict(g.atLeast)
		rows = append(rows, r)
	}
	return rows
}

func (r *row) verdict(atLeast bool) string {
	holds := func(v float64) bool { return v <= r.Must }
	if atLeast {
		holds = func(v float64) bool { return v >= r.Must }
	}
	switch {
	case r.Must == 0:
		return ""
	case holds(r.Median):
		return "yes"
	case holds(r.Best):
		return "best"
	}
	return "no"
}
