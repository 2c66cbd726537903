package segment

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/column"
	"tailrace/internal/logs"
)

// What was found out spares queries the messages: of blocks that a Match was asked about, and of leaves without columns.
func TestFindingsSpareMessages(t *testing.T) {
	runs := jsonRuns(3, 2, 300)
	file, _ := encode(t, runs, Options{BlockBytes: 4 << 10})
	info := Query{Name: "info", Match: func(m []byte) bool { return bytes.Contains(m, []byte("info")) }}
	none := Query{Name: "none", Match: func([]byte) bool { return false }, Columns: column.Message}
	leaves := Query{Fields: []string{"status", "level"}}
	rest := Query{Fields: []string{"status", "level"}, Columns: column.Rest}
	texts := Query{Fields: []string{"status", "long"}}
	for _, c := range []struct {
		name          string
		before, q     Query
		sparesAll     bool
		sparesNothing bool
	}{
		{"the same condition", info, info, true, false},
		{"the same condition for other columns", info, Query{Name: "info", Match: info.Match, Columns: column.ID}, true, false},
		{"nothing to read", none, none, true, false},
		{"another condition", info, Query{Name: "other", Match: info.Match}, false, true},
		{"a condition without a name", Query{Match: info.Match}, Query{Match: info.Match}, false, true},
		{"the same leaves", leaves, leaves, true, false},
		{"one of them", leaves, Query{Fields: []string{"level"}}, true, false},
		{"one more", leaves, Query{Fields: []string{"level", "id"}}, false, true},
		{"messages of some", leaves, rest, false, false},
		{"leaves under a condition", Query{Fields: leaves.Fields, Name: "info", Match: info.Match}, Query{Fields: leaves.Fields, Name: "info", Match: info.Match}, true, false},
		{"leaves of texts that take no room", texts, texts, true, false},
	} {
		f := &pageCounter{memory: file, r: open(t, file)}
		r, err := Open(f, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		f.r = r
		r.Share(Shared{Findings: NewFindings(1 << 20)}, 1)
		read := func(q Query) int {
			q.Range, q.Columns = logs.AllTime, max(q.Columns, column.Time)
			f.messages = 0
			readFields(t, r.Scan(1, q, nil), q)
			return f.messages
		}
		first := read(c.before)
		again := read(c.q)
		if first == 0 || c.sparesAll && again != 0 || c.sparesNothing && again != first {
			t.Errorf("%s: %d pages of messages, then %d", c.name, first, again)
		}
	}
}

// Leaves that are all different and long are not kept, and are given.
func TestFindingsOfLongTexts(t *testing.T) {
	run := testRun{Stream: Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}}
	for i := range 400 {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(i), Ingestion: 1})
		run.messages = append(run.messages, fmt.Appendf(nil, `{"n":%d,"long":"%0100d"}`, i%7, i))
	}
	file, _ := encode(t, []testRun{run}, Options{})
	r := open(t, file)
	r.Share(Shared{Findings: NewFindings(1 << 20)}, 1)
	for range 3 {
		q := Query{Range: logs.AllTime, Fields: []string{"long", "n"}}
		got, _ := readFields(t, r.Scan(1, q, nil), q)
		if want := run.naiveFields(q); len(got) != len(want) || got[399] != want[399] || got[0] != want[0] {
			t.Fatalf("%d rows, last %v", len(got), got[len(got)-1])
		}
	}
	if s := r.shared.Findings.cache.Stats(); s.Entries != 1 {
		t.Errorf("%d findings are kept, want that of the short leaf", s.Entries)
	}
}

// TestRowSet compares with a set of booleans.
func TestRowSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 200).Draw(t, "rows")
		set, naive := make(rowSet, (rows+63)/64), make([]bool, rows)
		from := rapid.IntRange(0, rows).Draw(t, "first")
		for row := from; row < rapid.IntRange(from, rows).Draw(t, "end"); row++ {
			set.add(row)
			naive[row] = true
		}
		a := rapid.IntRange(0, rows).Draw(t, "from")
		b := rapid.IntRange(a, rows).Draw(t, "to")
		n := 0
		for _, has := range naive[a:b] {
			if has {
				n++
			}
		}
		if got := set.hasAll(a, b); got != (n == b-a) {
			t.Fatalf("all of %d to %d: %v, there are %d", a, b, got, n)
		}
		if got := set.append(nil, a, b); len(got) != n {
			t.Fatalf("%d of %d to %d, want %d", len(got), a, b, n)
		}
	})
}
