package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
)

// jsonRuns are runs of messages of which most are JSON.
func jsonRuns(seed uint64, runs, events int) (out []testRun) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	for s := range runs {
		run := testRun{Stream: Stream{Group: logs.GroupID(1 + s/3), Stream: logs.StreamID(s + 1), GroupName: fmt.Sprint("g", s/3), StreamName: fmt.Sprint("s", s)}}
		for i := range events {
			run.ids = append(run.ids, logs.EventID{Timestamp: int64(1000 + i), Ingestion: 1, Request: uint64(s)})
			run.messages = append(run.messages, jsonMessage(rnd, i))
		}
		out = append(out, run)
	}
	return out
}

func jsonMessage(rnd *rand.Rand, i int) []byte {
	switch rnd.IntN(12) {
	case 0:
		return []byte("plain text")
	case 1:
		return []byte(`{"status":200,"level":"x"`)
	case 2:
		return fmt.Appendf(nil, `{"status":"%d","level":null,"status":404}`, rnd.IntN(500))
	case 3:
		return fmt.Appendf(nil, `{"http":{"route":"\u00e9%d"},"status":2.50}`, rnd.IntN(3))
	}
	return fmt.Appendf(nil, `{"level":%q,"status":%d,"http":{"route":"/r%d","ms":%d.%d},"id":"id-%x"}`,
		[]string{"info", "warn"}[rnd.IntN(2)], 200+rnd.IntN(3)*100+i/50, rnd.IntN(4), rnd.IntN(300), 1+rnd.IntN(9), rnd.Uint64())
}

var fieldOptions = Options{BlockBytes: 4 << 10, GroupRows: 300, Fields: field.Options{Columns: 64, Share: 8}}

var testPaths = []string{"status", "http.ms", "nowhere", "level", "id", "http.route"}

// fieldRow is an event with its fields, as text.
type fieldRow struct {
	id      logs.EventID
	message string
	fields  string
}

func readFields(t testing.TB, c *Cursor, q Query) (rows []fieldRow, damages int) {
	t.Helper()
	defer c.Close()
	var b column.Batch
	for {
		ok, err := c.Next(&b)
		if damage := new(CorruptError); errors.As(err, &damage) {
			damages++
			c.Skip()
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return rows, damages
		}
		if len(b.Fields) != len(q.Fields)+q.Parts.Len() {
			t.Fatalf("%d vectors for %q", len(b.Fields), q.Fields)
		}
		for i := range b.Len() {
			r := fieldRow{}
			if q.Columns.Has(column.Time) {
				r.id.Timestamp = b.Time[i]
			}
			if q.Columns.Has(column.ID) {
				r.id = b.ID[i]
			}
			has := false
			for f := range b.Fields {
				v := b.Fields[f].Value(i)
				r.fields += fmt.Sprintf("%v %d %q; ", v.Kind, v.Word, v.Text)
				has = has || f < len(q.Fields) && v.Kind > leaf.Null
			}
			if q.Columns.Has(column.Message) || q.Columns.Has(column.Rest) && !has {
				r.message = string(b.Message[i])
			}
			rows = append(rows, r)
		}
	}
}

// naiveFields asks encoding/json through leaf's own test, so leaf here.
func (r *testRun) naiveFields(q Query) (rows []fieldRow) {
	x := column.NewExtractor(q.Fields, q.Parts)
	for i, id := range r.ids {
		if q.Match != nil && !q.Match(r.messages[i]) {
			continue
		}
		row := fieldRow{}
		if q.Columns.Has(column.Time) {
			row.id.Timestamp = id.Timestamp
		}
		if q.Columns.Has(column.ID) {
			row.id = id
		}
		has := false
		for f, v := range x.Extract(r.messages[i]) {
			row.fields += fmt.Sprintf("%v %d %q; ", v.Kind, v.Word, v.Text)
			has = has || f < len(q.Fields) && v.Kind > leaf.Null
		}
		if q.Columns.Has(column.Message) || q.Columns.Has(column.Rest) && !has {
			row.message = string(r.messages[i])
		}
		rows = append(rows, row)
	}
	if q.Reverse {
		slices.Reverse(rows)
	}
	return rows
}

// takeParts takes what stands behind the first colon, and the first word.
func takeParts(message []byte, parts [][]byte) {
	if i := bytes.IndexByte(message, ':'); i >= 0 {
		parts[0] = message[i+1:]
	}
	parts[1], _, _ = bytes.Cut(message, []byte(" "))
}

// drawWhere gives a query conditions on leaves, and a match that takes what they take.
func drawWhere(t *rapid.T, q *Query) {
	for range rapid.IntRange(1, 2).Draw(t, "clauses") {
		var clause []leaf.Condition
		for _, path := range rapid.Permutation(testPaths).Draw(t, "where")[:rapid.IntRange(1, 2).Draw(t, "choices")] {
			rest := rapid.Uint64Range(0, 2).Draw(t, "rest")
			clause = append(clause, leaf.Condition{Path: path, Least: 200, Most: 404, Accepts: func(v leaf.Value) bool {
				return v.Word%3 == rest && uint64(len(v.Text))%3 == rest || v.Kind == leaf.Text && len(v.Text)%2 == 1
			}})
		}
		q.Where = append(q.Where, clause)
	}
	q.Loose = rapid.Bool().Draw(t, "loose")
	q.Match = func(message []byte) bool {
		for _, clause := range q.Where {
			if !slices.ContainsFunc(clause, func(c leaf.Condition) bool {
				v := column.NewExtractor([]string{c.Path}, nil).Extract(message)[0]
				return c.MayAccept(v)
			}) {
				return false
			}
		}
		return true
	}
}

// With and without columns, and whatever else is asked for, the fields of events are those of their messages.
func TestFields(t *testing.T) {
	runs := jsonRuns(1, 7, 150)
	always := fieldOptions
	always.Always = func(g logs.GroupID) []string { return [][]string{nil, {"id", "level"}, {"nowhere"}, nil}[g] }
	var readers []*Reader
	for _, o := range []Options{fieldOptions, always, {}, {BlockBytes: 1 << 20, Fields: field.Options{Columns: 2}}} {
		file, _ := encode(t, runs, o)
		r := open(t, file)
		if err := r.Verify(context.Background()); err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
		for i, most := range []int{1 << 20, 5000} {
			again := open(t, file)
			again.Share(Shared{Findings: NewFindings(most)}, uint64(i))
			readers = append(readers, again)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := Query{Range: logs.AllTime, Reverse: rapid.Bool().Draw(rt, "reverse")}
		q.Columns = rapid.SampledFrom([]column.Columns{0, column.Count, column.Time, column.ID, column.Message, column.Rest, column.ID | column.Time}).Draw(rt, "columns")
		q.Fields = rapid.Permutation(testPaths).Draw(rt, "fields")[:rapid.IntRange(0, len(testPaths)).Draw(rt, "n")]
		if rapid.Bool().Draw(rt, "match") {
			q.Match = func(m []byte) bool { return bytes.Contains(m, []byte("info")) }
			q.Name = rapid.SampledFrom([]string{"", "info"}).Draw(rt, "name")
		} else if rapid.Bool().Draw(rt, "condition") {
			drawWhere(rt, &q)
		}
		if rapid.Bool().Draw(rt, "parts") {
			q.Parts = &column.Parts{Names: []string{"behind a colon", "level"}, Take: takeParts}
		}
		r := rapid.SampledFrom(readers).Draw(rt, "reader")
		run := &runs[rapid.IntRange(0, len(runs)-1).Draw(rt, "run")]
		stored, _ := r.Run(run.Group, run.Stream.Stream)
		got, _ := readFields(t, r.Cursor(stored, q), q)
		if want := run.naiveFields(q); !slices.Equal(got, want) {
			rt.Fatalf("%+v: %v\nwant %v", q, got, want)
		}
		q.Reverse = false
		got, _ = readFields(t, r.Scan(run.Group, q, nil), q)
		var want []fieldRow
		for i := range runs {
			if runs[i].Group == run.Group {
				want = append(want, runs[i].naiveFields(q)...)
			}
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("scan %+v: %v\nwant %v", q, got, want)
		}
	})
}

// A query all of whose fields have columns reads no message, and one whose condition a block excludes not even its times.
func TestFieldsReadWhatTheyNeed(t *testing.T) {
	runs := jsonRuns(2, 1, 400)
	file, _ := encode(t, runs, fieldOptions)
	r := open(t, file)
	messages := func(q Query) (read int) {
		q.Range = logs.AllTime
		f := &pageCounter{memory: file, r: r}
		counted, err := Open(f, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		f.messages, f.reads = 0, 0
		readFields(t, counted.Scan(1, q, nil), q)
		return f.messages
	}
	if n := messages(Query{Columns: column.Time, Fields: []string{"status", "level", "nowhere"}}); n != 0 {
		t.Errorf("%d pages of messages were read for fields that have columns", n)
	}
	if n := messages(Query{Columns: column.Time, Fields: []string{"status", "id"}}); n != len(r.dir.blocks) {
		t.Errorf("%d pages of messages were read for a field that has none, of %d", n, len(r.dir.blocks))
	}
	where := [][]leaf.Condition{{{Path: "http.ms", Least: 1000, Most: math.Inf(1)}}}
	if n := messages(Query{Where: where}); n != 0 {
		t.Errorf("%d pages of messages were read though nothing matches", n)
	}
	where[0][0].Least = 10
	if n := messages(Query{Where: where}); n != len(r.dir.blocks) {
		t.Errorf("%d pages of messages were read, want %d", n, len(r.dir.blocks))
	}
}

// pageCounter counts the reads of pages of messages.
type pageCounter struct {
	memory
	r               *Reader
	messages, reads int
}

func (c *pageCounter) ReadAt(b []byte, offset int64) (int, error) {
	c.reads++
	for i := range c.r.dir.blocks {
		if c.r.dir.blocks[i].page[colMessage].offset == offset {
			c.messages++
		}
	}
	return c.memory.ReadAt(b, offset)
}

// Damage to columns is found, said, and the messages are read.
func TestDamagedFields(t *testing.T) {
	runs := jsonRuns(3, 3, 60)
	file, _ := encode(t, runs, fieldOptions)
	q := Query{Range: logs.AllTime, Fields: testPaths, Where: [][]leaf.Condition{{{Path: "http.ms", Least: 0, Most: 1e9}, {Path: "status"}, {Path: "level"}}}}
	want, _ := readFields(t, open(t, file).Scan(1, q, nil), q)
	whole := open(t, file)
	for i := range whole.dir.blocks {
		e := whole.dir.blocks[i].extra[extraFields]
		if e.size == 0 {
			t.Fatal("no columns")
		}
		for at := e.offset; at < e.offset+int64(e.size); at += 7 {
			bad := slices.Clone(file)
			bad[at] ^= 0x10
			r := open(t, bad)
			mustBeCorrupt(t, int(at), r.Verify(context.Background()))
			got, damages := readFields(t, r.Scan(1, q, nil), q)
			if !slices.Equal(got, want) || damages != 1 {
				t.Fatalf("byte %d: %d damages, %d rows of %d", at, damages, len(got), len(want))
			}
		}
	}
}

// Verify reads columns against messages, not their checksums alone.
func TestVerifyFields(t *testing.T) {
	run := jsonRuns(4, 1, 50)[0]
	for _, other := range [][]byte{[]byte(`{}`), []byte(`{"level":"info","status":200,"new":1}`), []byte(`{"level":"other","status":200}`)} {
		var file bytes.Buffer
		w := NewWriter(&file, fieldOptions)
		honest := w.makers[extraFields]
		w.makers[extraFields] = func(dst []byte, b *block) []byte {
			wrong := block{ints: b.ints, messages: slices.Concat(other, b.messages[b.ints[colMessage][0]:])}
			wrong.ints[colMessage] = slices.Clone(b.ints[colMessage])
			wrong.ints[colMessage][0] = int64(len(other))
			return honest(dst, &wrong)
		}
		if err := w.AddEvents(run.Stream, run.ids, run.messages); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := open(t, file.Bytes()).Verify(context.Background()); err == nil && !bytes.Contains(other, []byte("new")) {
			t.Errorf("columns with %s in place of %s are good", other, run.messages[0])
		}
	}
}

// What a cursor decodes of texts with escapes goes where that of the batch before was, whichever field comes first: else a visit
// would keep all of it.
func TestEscapesTakeNoMoreMemory(t *testing.T) {
	run := testRun{Stream: Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}}
	for i := range 2000 {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(i)})
		run.messages = append(run.messages, fmt.Appendf(nil, `{"n":%d,"text":"%040d\n"}`, i, i*i*i))
	}
	file, _ := encode(t, []testRun{run}, Options{BlockBytes: 4 << 10, Fields: field.Options{Columns: 8, Share: 8}})
	c := open(t, file).Scan(1, Query{Range: logs.AllTime, Fields: []string{"n", "text"}}, nil)
	defer c.Close()
	var b column.Batch
	places := map[*byte]bool{}
	batches := 0
	for ; ; batches++ {
		if ok, err := c.Next(&b); err != nil {
			t.Fatal(err)
		} else if !ok {
			break
		}
		places[&b.Fields[1].Dict[0][0]] = true
	}
	if len(places) > batches/2 {
		t.Errorf("texts of %d batches begin at %d places", batches, len(places))
	}
}
