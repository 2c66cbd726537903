package exec

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/ppl"
	"tailrace/internal/insights/syntax/sql"
	"tailrace/internal/logs"
)

var update = flag.Bool("update", false, "write plans and results into the files")

// TestQueries runs the queries of ../testdata: a file a command. The sections of a file are
//
//	events [group] [stream]   time in milliseconds and message, a line each; \n stands for a line break
//	query [ppl|sql]           a query over all events so far, or those of the groups in its SOURCE
//	table name                a lookup table
//	plan                      how it is executed
//	result                    a column a line of names, then a line a row, values between bars; or the error and its place
//
// Each query runs over batches of several sizes, with one worker and with several, and gives the same.
func TestQueries(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no queries", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before := string(txtar.Format(archive))
			play(t, archive)
			after := string(txtar.Format(archive))
			if before == after {
				return
			}
			if *update {
				if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got\n%s", after)
		})
	}
}

// The range of time of the queries, and when they begin.
const (
	queryStart = 0
	queryEnd   = math.MaxInt32 * 1000
	queryNow   = 1_700_000_000_000
)

func play(t *testing.T, archive *txtar.Archive) {
	s := &memorySource{tables: map[string][]byte{}}
	var files []txtar.File
	var query string
	for _, section := range archive.Files {
		word, rest, _ := strings.Cut(section.Name, " ")
		switch word {
		case "events":
			s.read(t, rest, string(section.Data))
		case "table":
			s.tables[rest] = section.Data
		case "query":
			query = strings.TrimSuffix(string(section.Data), "\n")
			planned, result := s.answer(t, rest, query)
			files = append(files, section)
			if planned != "" {
				files = append(files, txtar.File{Name: "plan", Data: []byte(planned)})
			}
			files = append(files, txtar.File{Name: "result", Data: []byte(result)})
			continue
		case "plan", "result":
			continue
		default:
			t.Fatalf("unknown section %q", section.Name)
		}
		files = append(files, section)
	}
	archive.Files = files
}

func (s *memorySource) read(t *testing.T, names, lines string) {
	words := append(strings.Fields(names), "g", "s")
	if len(words) == 3 {
		words[1] = "s"
	}
	group := slices.IndexFunc(s.groups, func(g Group) bool { return g.Name == words[0] })
	if group < 0 {
		group = len(s.groups)
		s.groups = append(s.groups, Group{"111111111111", "us-east-1", words[0]})
	}
	for line := range strings.Lines(lines) {
		at, message, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		ms, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		id := logs.EventID{Timestamp: ms, Ingestion: ms + 5, Request: 1, Index: uint16(len(s.events))}
		s.events = append(s.events, event{group, words[1], id, strings.ReplaceAll(message, `\n`, "\n")})
	}
}

// answer runs a query in several ways and says what all of them give.
func (s *memorySource) answer(t *testing.T, language, query string) (planned, result string) {
	parse := map[string]func(string) (*syntax.Query, error){"": syntax.Parse, "ppl": ppl.Parse, "sql": sql.Parse}[language]
	if _, err := parse(query); err != nil {
		return "", showErrors(query, err)
	}
	env := plan.Env{Now: queryNow, Start: queryStart, End: queryEnd, Limit: 10_000, Table: s.table}
	for _, way := range []struct {
		batch, workers int
		plain, tells   bool
	}{{1, 1, true, false}, {3, 2, true, false}, {1, 1, false, false}, {3, 2, false, true}, {1000, 1, false, true}, {1, 4, false, false}} {
		if way.plain && (strings.Contains(query, "limit any") || strings.Contains(query, "estimate")) {
			continue // which rows these are, and what the scan reads, is what the rules decide
		}
		tree, err := parse(query) // a plan may change it
		if err != nil {
			t.Fatal(err)
		}
		env.Plain = way.plain
		p, err := plan.Build(query, tree, env)
		if err != nil {
			return "", showErrors(query, err)
		}
		s.batch, s.tells, planned = way.batch, way.tells, p.String()
		out, err := Run(t.Context(), p, s.of(p.Groups), Options{Workers: way.workers, Table: func(_ context.Context, name string) (*plan.Table, error) { return s.table(name) }, Open: func(p *plan.Plan) (Source, error) { return s.of(p.Groups), nil }})
		got := showResult(p, out, err)
		if result != "" && got != result {
			t.Errorf("%s\n%+v:\n%s\nbefore:\n%s", query, way, got, result)
		}
		result = got
	}
	return planned, result
}

func showErrors(query string, err error) string {
	var list syntax.Errors
	if !errors.As(err, &list) {
		return err.Error() + "\n"
	}
	var out strings.Builder
	for _, e := range list {
		runes := []rune(query)
		from := e.Start
		for from > 0 && runes[from-1] != '\n' {
			from--
		}
		to := e.Start
		for to < len(runes) && runes[to] != '\n' {
			to++
		}
		fmt.Fprintf(&out, "%s\n%s%s\n%s\n", string(runes[from:to]), strings.Repeat(" ", e.Start-from), strings.Repeat("^", max(1, min(e.End, to)-e.Start)), e.Message)
	}
	return out.String()
}

func showResult(p *plan.Plan, r Result, err error) string {
	if err != nil {
		return err.Error() + "\n"
	}
	var names []string
	for _, o := range p.Output {
		names = append(names, o.Name)
	}
	var out strings.Builder
	out.WriteString(strings.Join(names, " | ") + "\n")
	for _, row := range r.Rows {
		var cells []string
		for _, name := range names {
			cell := "-"
			if i := slices.IndexFunc(row, func(f Field) bool { return f.Name == name }); i >= 0 {
				cell = strings.ReplaceAll(row[i].Value, "\n", `\n`)
			}
			cells = append(cells, cell)
		}
		out.WriteString(strings.Join(cells, " | ") + "\n")
	}
	return out.String()
}
