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
	There  float64   `json:"there,omitempty"` // the median on a machine as fast as the one of the goals, by their zstd; 0: not of speed, or not known
	Runs   []float64 `json:"runs"`
	CPUms  float64   `json:"server_cpu_ms,omitempty"` // of the server, a run
	Met    string    `json:"met,omitempty"`           // yes, best (the best run alone), there (on the machine of the goals) or no; empty: there is no goal, or it is for other data
}

func main() {
	benchmarks := flag.String("go", "", "output of go test -bench")
	loader := flag.String("perf", "", "result of the loader; may be missing")
	corpus := flag.String("corpus", "", "corpus of the loader; may be empty")
	commit := flag.String("commit", "unknown", "what was measured")
	dir := flag.String("o", ".", "directory of report.md and report.json, and of the file that the disk is measured with")
	flag.Parse()
	if err := run(*benchmarks, *loader, *corpus, *commit, *dir); err != nil {
		log.Fatal(err)
	}
}

func run(benchmarks, loader, corpusFile, commit, dir string) error {
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
	here, err := thisMachine(dir, corpusFile)
	if err != nil {
		return err
	}
	r := report{
		When: time.Now().UTC().Format(time.RFC3339), Commit: commit, Machine: here,
		Corpus: corpus, Events: m.median(key), Rows: m.rows(here.speed()),
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

// rows are the goals for which there is a measurement, on a machine of some speed.
func (m measured) rows(speed float64) (rows []row) {
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
		if g.timesKey != "" {
			r.Must *= m.median(g.timesKey)
		}
		r.There = r.Median * g.scale(speed)
		r.Met = r.verdict(g)
		rows = append(rows, r)
	}
	return rows
}

// verdict says whether the goal is met. What is to be compared with something else of the same run is so as it was measured.
func (r *row) verdict(g goal) string {
	holds := func(v float64) bool { return v <= r.Must }
	if g.atLeast {
		holds = func(v float64) bool { return v >= r.Must }
	}
	switch {
	case r.Must == 0:
		return ""
	case holds(r.Median):
		return "yes"
	case holds(r.Best):
		return "best"
	case r.There != 0 && g.timesKey == "" && holds(r.There):
		return "there"
	}
	return "no"
}
