package exec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
)

// TestRandomQueries: random queries over random events give what the naive evaluator gives, with the rules and without, with batches of
// any size and any number of workers.
func TestRandomQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawEvents(t)
		g := &generator{t: t, names: []string{"a", "b", "c.d", "@timestamp"}}
		query := g.query()
		parse := func() *syntax.Query {
			q, err := syntax.Parse(query)
			if err != nil {
				t.Fatalf("%s\n%v", query, err)
			}
			return q
		}
		want := newNaive(s).results(parse())
		limit := rapid.SampledFrom([]int{2, 10_000}).Draw(t, "limit")
		if !strings.Contains(query, "limit ") && !strings.Contains(query, "tail ") {
			want = want[:min(limit, len(want))]
		}
		for _, plain := range []bool{false, true} {
			p, err := plan.Build(query, parse(), plan.Env{Start: 0, End: 1 << 40, Limit: limit, Plain: plain})
			if err != nil {
				t.Fatalf("%s\n%v", query, err)
			}
			s.batch, s.tells = rapid.IntRange(1, 7).Draw(t, "batch"), rapid.Bool().Draw(t, "columns")
			out, err := Run(t.Context(), p, s, Options{Workers: rapid.IntRange(1, 4).Draw(t, "workers")})
			if err != nil {
				t.Fatalf("%s\n%v", query, err)
			}
			got := texts(p, out)
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%s\n%s\nplain %v: got\n%v\nwant\n%v", query, p, plain, lines(got), lines(want))
			}
		}
	})
}

// TestSplitRangeAddsUp: what two halves of a range of time count is what the whole counts.
func TestSplitRangeAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawEvents(t)
		s.batch = 3
		query := rapid.SampledFrom([]string{"stats count(*) as n", "filter a > 1 | stats count(b) as n", "unnest l into x | stats count(x) as n"}).Draw(t, "query")
		count := func(start, end int64) (n int) {
			q, err := syntax.Parse(query)
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Build(query, q, plan.Env{Start: start, End: end, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			out, err := Run(t.Context(), p, s, Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range out.Rows {
				if _, err := fmt.Sscan(row[0].Value, &n); err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		middle := rapid.Int64Range(0, 9_000).Draw(t, "middle")
		if a, b, all := count(0, middle), count(middle+1, 20_000), count(0, 20_000); a+b != all {
			t.Fatalf("%s: %d + %d, not %d", query, a, b, all)
		}
	})
}

func lines(rows [][]string) string {
	var out []string
	for _, row := range rows {
		out = append(out, strings.Join(row, " | "))
	}
	return strings.Join(out, "\n")
}

// texts are the rows with nothing in the place of nulls.
func texts(p *plan.Plan, r Result) (out [][]string) {
	for _, row := range r.Rows {
		cells := make([]string, len(p.Output))
		for i, o := range p.Output {
			for _, f := range row {
				if f.Name == o.Name {
					cells[i] = f.Value
				}
			}
		}
		out = append(out, cells)
	}
	return out
}

func drawEvents(t *rapid.T) *memorySource {
	s := &memorySource{groups: []Group{{"1", "r", "g"}, {"1", "r", "h"}}}
	messages := []string{
		`{"a":1,"b":"x","l":[1,2,"x"]}`, `{"a":2,"b":"y10","c":{"d":"k=1 w=2"}}`, `{"a":"3","b":"y9","l":[]}`, `{"b":"x","c":{"d":"k=7"}}`, `k=4 w=5 k=6`,
		`{"a":null,"l":"one","c":{"d":2.5}}`, `{"a":10,"b":"","l":[{"q":1},null]}`, ``,
		`{"a":true,"b":"\u0078","c":{"d":"y10"}}`, `{"\u0061":1.0,"b":"q\/\"1\"","c":{"d":false}}`, `{"a":1e1,"b":10,"c":{"d":"true"}}`, `{"a":"1.00","b":"yé","c":{"d":"q/\"1\""}}`,
		`{"a":70000000001,"b":1.50,"c":{"d":[]}}`, `{"a":-3,"b":"y\u00e9","c":{"d":null}}`, `{"a":"x","a":2,"b":{"d":1}} x`,
	}
	for i := range rapid.IntRange(0, 14).Draw(t, "events") {
		at := rapid.Int64Range(0, 9).Draw(t, "time") * 1000
		s.events = append(s.events, event{
			group: rapid.IntRange(0, 1).Draw(t, "group"), stream: rapid.SampledFrom([]string{"s", "t", "10"}).Draw(t, "stream"),
			id:      logs.EventID{Timestamp: at, Ingestion: at + 1, Request: 1, Index: uint16(i)},
			message: rapid.SampledFrom(messages).Draw(t, "message"),
		})
	}
	return s
}

// generator makes queries that are right.
type generator struct {
	t      *rapid.T
	names  []string // that expressions may use
	closed bool
	made   int
	stages []string
}

func (g *generator) pick(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.t, what)
}

func (g *generator) name() string { return g.pick("name", g.names...) }

func (g *generator) fresh() string {
	g.made++
	return fmt.Sprintf("n%d", g.made)
}

func (g *generator) add(format string, args ...any) {
	g.stages = append(g.stages, fmt.Sprintf(format, args...))
}

func (g *generator) times(most int, what string) []struct{} {
	return make([]struct{}, rapid.IntRange(0, most).Draw(g.t, what))
}

func (g *generator) query() string {
	for range g.times(4, "rowwise") {
		g.rowwise()
	}
	for range g.times(2, "stats") {
		g.stats()
		for range g.times(2, "behind") {
			g.rowwise()
		}
	}
	for range g.times(4, "ordered") {
		g.ordered()
	}
	shown := slices.Compact(slices.Sorted(slices.Values([]string{g.name(), g.name(), g.name()})))
	g.add("display %s", strings.Join(shown, ", "))
	switch g.pick("end", "none", "limit", "dedup", "dedup limit", "tail") {
	case "limit":
		g.add("limit %d", 1+g.number(6))
	case "tail":
		g.add("tail %d", 1+g.number(6))
	case "dedup":
		g.add("dedup %s", g.name())
	case "dedup limit":
		g.add("dedup %s, %s", g.name(), g.name())
		g.add("limit %d", 1+g.number(6))
	}
	return strings.Join(g.stages, " | ")
}

func (g *generator) number(below int) int { return rapid.IntRange(0, below-1).Draw(g.t, "number") }

func (g *generator) rowwise() {
	name := g.fresh()
	switch g.pick("command", "fields", "filter", "filter", "parse", "regex", "multi", "unnest", "addtotals") {
	case "fields":
		g.add("fields %s as %s", g.expr(), name)
	case "filter":
		g.add("filter %s", g.cond(2))
		return
	case "parse":
		g.add(`parse %s "k=* " as %s`, g.text(), name)
	case "regex":
		g.add(`parse %s /w=(\d)/ as %s`, g.text(), name)
	case "multi":
		g.add(`parse %s /k=(\d)/ as %s multi`, g.text(), name)
	case "unnest":
		if g.closed {
			return
		}
		g.add("unnest l into %s", name)
	case "addtotals":
		g.add("addtotals fieldname=%s a1, a2", name)
		a, b := g.name(), g.name()
		g.stages[len(g.stages)-1] = fmt.Sprintf("addtotals fieldname=%s %s, %s", name, a, b)
	}
	g.names = append(g.names, name)
}

// text is what a text is parsed out of.
func (g *generator) text() string {
	if g.closed {
		return g.name()
	}
	return g.pick("text", "@message", "c.d", "b")
}

func (g *generator) ordered() {
	name := g.fresh()
	switch g.pick("ordered", "sort", "sort", "limit", "tail", "accum", "autoregress", "filldown", "filter") {
	case "sort":
		keys := g.name() + g.pick("direction", "", " desc")
		if g.number(2) == 0 {
			keys += ", " + g.name()
		}
		g.add("sort %s", keys)
		return
	case "limit":
		g.add("limit %d", 1+g.number(8))
		return
	case "tail":
		g.add("tail %d", 1+g.number(8))
		return
	case "accum":
		g.add("accum %s as %s", g.notTime(), name)
	case "autoregress":
		g.add("autoregress %s as %s p=%d", g.name(), name, 1+g.number(3))
	case "filldown":
		g.add("filldown %s", g.name())
		return
	case "filter":
		g.add("filter %s", g.cond(1))
		return
	}
	g.names = append(g.names, name)
}

// notTime is a name of what is no time.
func (g *generator) notTime() string {
	if name := g.name(); name != "@timestamp" {
		return name
	}
	if g.closed {
		return g.names[len(g.names)-1]
	}
	return "a"
}

func (g *generator) stats() {
	key, count, sum := g.fresh(), g.fresh(), g.fresh()
	by := g.name()
	if !g.closed && g.number(3) == 0 {
		by = "bin(2s)"
	}
	g.add("stats count(*) as %s, sum(%s) as %s by %s as %s", count, g.name(), sum, by, key)
	names := []string{key, count, sum}
	if g.number(2) == 0 {
		more := g.fresh()
		g.stages[len(g.stages)-1] += fmt.Sprintf(", %s as %s", g.name(), more)
		names = append(names, more)
	}
	g.names, g.closed = names, true
}

func (g *generator) expr() string {
	switch g.pick("expr", "name", "sum", "compare", "const", "present") {
	case "name":
		return g.name()
	case "sum":
		return g.name() + g.pick("operator", " + ", " * ", " - ") + g.name()
	case "compare":
		return g.cond(0)
	case "present":
		return "ispresent(" + g.name() + ")"
	}
	return g.pick("const", "1", `"x"`, "2.5")
}

func (g *generator) cond(depth int) string {
	if depth > 0 {
		switch g.pick("cond", "one", "and", "or", "not") {
		case "and":
			return "(" + g.cond(depth-1) + " and " + g.cond(depth-1) + ")"
		case "or":
			return "(" + g.cond(depth-1) + " or " + g.cond(depth-1) + ")"
		case "not":
			return "not (" + g.cond(depth-1) + ")"
		}
	}
	if !g.closed {
		switch g.pick("field", "any", "any", "time", "stream", "message") {
		case "time":
			return "@timestamp" + g.pick("op", " = ", " > ", " >= ", " <= ", " < ") + g.pick("ms", "3000", "5000", "4500")
		case "stream":
			return g.pick("stream", `@logStream = "s"`, `@logStream in ["t", "u"]`, `@logStream != "s"`, `@logStream = "1e1"`)
		case "message":
			return g.pick("like", `@message like "k="`, `@message not like "a"`, `@message like "10"`)
		}
	}
	if g.number(3) == 0 {
		return g.pick("other", "ispresent("+g.name()+")", "2 < "+g.name(), `"x" = `+g.name(), g.name(), "not ispresent("+g.name()+")")
	}
	return g.name() + g.pick("condition", " > 1", ` = "x"`, " != 2", ` in [1, "y9"]`, ` like "y"`, " <= 3000", ` not in ["x"]`,
		" = 10", ` = "10"`, ` = "1.5"`, ` = "true"`, ` = 'q/"1"'`, ` like '/"1'`, ` like "1"`, ` like "yé"`, ` not like "x"`, ` in ["x", "q/", "yé"]`, " in [1, 10, 2.5]",
		` > "x"`, ` < "y9"`, " >= 70000000001", " < 0")
}
