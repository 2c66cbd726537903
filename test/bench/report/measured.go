package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// measured is the values of each key: one a run. The key of a benchmark is its name and the unit, "Replay/events=10 MB/s", that
// of the loader the path in its JSON, "warm.needle_unique.ms".
type measured map[string][]float64

func (m measured) median(key string) float64 {
	if len(m[key]) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(m[key]))[len(m[key])/2]
}

func (m measured) best(key string, most bool) float64 {
	if most {
		return slices.Max(m[key])
	}
	return slices.Min(m[key])
}

// readBenchmarks takes in lines like "BenchmarkReplay/events=10-2  5  310 ns/op  966 MB/s".
func (m measured) readBenchmarks(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		benchmark := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(benchmark, '-'); i > 0 {
			benchmark = benchmark[:i]
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				m.add(benchmark+" "+fields[i+1], v)
			}
		}
	}
	return lines.Err()
}

// readLoader takes in the loader's result and returns the name of its corpus, empty if there is none.
func (m measured) readLoader(name string) (corpus string, err error) {
	b, err := os.ReadFile(name)
	if name == "" || errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return "", err
	}
	m.flatten("", all)
	corpus, _ = all["corpus"].(string)
	return corpus, nil
}

// flatten takes in all numbers. Queries are called by their ids.
func (m measured) flatten(path string, value any) {
	switch v := value.(type) {
	case float64:
		m.add(path, v)
	case []any:
		for _, x := range v {
			if query, ok := x.(map[string]any); ok {
				if ok, _ := query["ok"].(bool); ok { // a wrong answer has no speed
					m.flatten(path+"."+query["id"].(string), query)
				}
			} else {
				m.flatten(path, x)
			}
		}
	case map[string]any:
		for key, x := range v {
			m.flatten(strings.TrimPrefix(path+"."+key, "."), x)
		}
	}
}

func (m measured) add(key string, v float64) { m[key] = append(m[key], v) }
