package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
	"tailrace/internal/logs"
)

// manyKeys is a source of n events with a key each, in two groups.
func manyKeys(n int) *memorySource {
	s := &memorySource{batch: 1000, groups: []Group{{Name: "a"}, {Name: "b"}}}
	for i := range n {
		id := logs.EventID{Timestamp: int64(i), Request: uint64(i)}
		s.events = append(s.events, event{i % 2, "s", id, fmt.Sprintf(`{"k":%d}`, i/2)})
	}
	return s
}

func runText(t *testing.T, ctx context.Context, text string, s Source, o Options) (Result, error) {
	t.Helper()
	tree, err := syntax.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	env := plan.Env{End: 1 << 40, Limit: 10_000}
	memory, ok := s.(*memorySource)
	if ok {
		env.Table = memory.table
	}
	p, err := plan.Build(text, tree, env)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		if o.Table == nil {
			o.Table = func(_ context.Context, name string) (*plan.Table, error) { return memory.table(name) }
		}
		o.Open = func(p *plan.Plan) (Source, error) { return memory.of(p.Groups), nil }
	}
	return Run(ctx, p, s, o)
}

// TestInnerBounds: what queries inside of queries may give is bounded, and says so.
func TestInnerBounds(t *testing.T) {
	const join = `join left=l right=r where l.k=r.k (SOURCE "b") | stats count(*) as n`
	for _, c := range []struct {
		text   string
		events int
		memory int64
		want   error
	}{
		{join, 2 * plan.MaxJoinKeys, 0, nil},
		{join, 2*plan.MaxJoinKeys + 2, 0, ErrJoinKeys},
		{join, 10_000, 100_000, ErrMemory},
		{`filter k in (SOURCE "b" | fields k) | stats count(*) as n`, 2*plan.MaxSubqueryValues + 2, 0, ErrSubqueryValues},
		{`pattern @message`, 1000, 100, ErrMemory},
		{`stats count(*) as n | appendcols (SOURCE "b" | fields k)`, 10_000, 50_000, ErrMemory},
		{`fields @message as a1` + repeat(", @message as b%d", 300) + ` | limit 1000`, 1000, 1 << 20, ErrMemory},
		{`fields @message as a1 | limit 1000`, 1000, 1 << 20, nil},
	} {
		_, err := runText(t, t.Context(), c.text, manyKeys(c.events), Options{Workers: 2, Memory: c.memory})
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s over %d events: %v, want %v", c.text, c.events, err, c.want)
		}
	}
}

// TestLookupTables: a table is counted once, its indexes each time; one whose columns have changed is no longer the one that was meant.
func TestLookupTables(t *testing.T) {
	s := manyKeys(10)
	s.tables = map[string][]byte{"t": []byte("k,v\n" + repeat("%d,x\n", 1000))}
	const one = "lookup t k OUTPUT v as v%d | "
	for text, want := range map[string]error{
		repeat(one, 1) + "limit 1":  nil,
		repeat(one, 50) + "limit 1": ErrMemory,
		repeat(one, 50) + "filter k in (lookup t k OUTPUT v | fields v) | limit 1": ErrMemory,
	} {
		if _, err := runText(t, t.Context(), text, s, Options{Memory: 1 << 20}); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%.60s: %v, want %v", text, err, want)
		}
	}
	changed := func(context.Context, string) (*plan.Table, error) { return plan.ParseTable([]byte("v,k\n1,2\n")) }
	if _, err := runText(t, t.Context(), "lookup t k OUTPUT v", s, Options{Table: changed}); !errors.Is(err, ErrTable) {
		t.Error(err)
	}
}

// TestDedupIsBounded: what dedup keeps is as much as there are values, or as are wanted of them, and it is the first row of each.
func TestDedupIsBounded(t *testing.T) {
	for _, c := range []struct {
		text   string
		memory int64
		want   int
	}{
		{`fields k | dedup @logStream`, 300_000, 1},
		{`fields @timestamp | sort k | dedup @logStream`, 300_000, 1},
		{`fields @timestamp | dedup k | limit 100`, 300_000, 100},
		{`fields @timestamp | dedup nothing | limit 100`, 300_000, 100},
		{`fields @timestamp | dedup k | limit 100000`, 16 << 20, 5_000},
		{`fields @timestamp | sort @timestamp | dedup k | limit 100000`, 16 << 20, 5_000},
	} {
		r, err := runText(t, t.Context(), c.text, manyKeys(10_000), Options{Workers: 3, Memory: c.memory})
		if err != nil || len(r.Rows) != c.want {
			t.Errorf("%s: %d rows, %v", c.text, len(r.Rows), err)
			continue
		}
		if c.want < 5_000 {
			continue
		}
		for i, row := range r.Rows { // the events of a key follow each other
			at := int64(2 * i)
			if !strings.Contains(c.text, "sort") {
				at = 10_000 - 1 - at
			}
			if want := value.NewTime(at).String(); row[0].Value != want {
				t.Fatalf("%s: row %d is of %s, want %s", c.text, i, row[0].Value, want)
			}
		}
	}
}

// repeat is a text that a format makes of the numbers below n.
func repeat(format string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, format, i)
	}
	return out.String()
}

// TestRowIsBounded: a column that is shown many times makes no row that nobody can keep.
func TestRowIsBounded(t *testing.T) {
	s := &memorySource{batch: 1, groups: []Group{{Name: "a"}}, events: []event{{0, "s", logs.EventID{Timestamp: 1}, strings.Repeat("x", 1<<20)}}}
	if _, err := runText(t, t.Context(), `fields @message as a1`+repeat(", @message as b%d", 40), s, Options{}); !errors.Is(err, ErrRow) {
		t.Error(err)
	}
	if _, err := runText(t, t.Context(), `fields @message as a1`+repeat(", @message as b%d", 20), s, Options{}); err != nil {
		t.Error(err)
	}
}

// slowSource gives nothing before its context ends.
type slowSource struct{ memorySource }

func (s *slowSource) Visit(ctx context.Context, _ func(int) *Request, _ int, _ func(int, int, *column.Batch) error) (Statistics, error) {
	<-ctx.Done()
	return Statistics{}, ctx.Err()
}

// TestInnerTime: a query in a condition ends at its own time, and with the query around it.
func TestInnerTime(t *testing.T) {
	s := &slowSource{*manyKeys(2)}
	const text = `filter k in (fields k) | stats count(*)`
	if _, err := runText(t, t.Context(), text, s, Options{SubqueryTime: time.Millisecond}); !errors.Is(err, ErrSubqueryTime) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := runText(t, ctx, text, s, Options{}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrSubqueryTime) {
		t.Error(err)
	}
}

// TestEndIsHeard: what works on a whole table ends with the query, although the source is done.
func TestEndIsHeard(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{`sort k`, `stats count(*) by k`, `pattern @message`, `stats count(*) as n by k | sort n`} {
		if r, err := runText(t, ctx, text, manyKeys(100), Options{}); !errors.Is(err, context.Canceled) || len(r.Rows) > 0 {
			t.Errorf("%s: %d rows, %v", text, len(r.Rows), err)
		}
	}
}

// TestSortEnds: a sort that is to end leaves some order behind, soon.
func TestSortEnds(t *testing.T) {
	done, compared := make(chan struct{}), 0
	close(done)
	x := &rows{n: 1 << 17}
	for i := range x.n {
		x.append(0, value.NewInt(int64(i*7919%x.n)))
	}
	c := &comparison{keys: []plan.SortKey{{}}, done: done}
	x.sort(c, 0)
	for i := range x.n - 1 {
		if c.compare(x, i, x, i+1) > 0 {
			compared++
		}
	}
	if x.n != 1<<17 || compared == 0 {
		t.Errorf("%d rows, sorted all the same", x.n)
	}
}
