package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
	"tailrace/internal/vfs"
)

var _ File = vfs.File(nil)

// drawRuns draws streams of some groups with events that share times, ingestion times and requests, and messages of any
// bytes.
func drawRuns(t *rapid.T) []testRun {
	var runs []testRun
	scope := logs.Scope{Account: "123456789012", Region: rapid.SampledFrom([]string{"eu-west-1", ""}).Draw(t, "region")}
	group := logs.GroupID(0)
	for range rapid.IntRange(0, 4).Draw(t, "groups") {
		group += logs.GroupID(rapid.SampledFrom([]uint64{1, 2, 1 << 40}).Draw(t, "group"))
		stream := logs.StreamID(rapid.SampledFrom([]uint64{0, 7, 1 << 62}).Draw(t, "base"))
		for range rapid.IntRange(1, 6).Draw(t, "streams") {
			stream += logs.StreamID(rapid.Uint64Range(1, 3).Draw(t, "stream"))
			run := testRun{Stream: Stream{
				Group: group, Stream: stream, GroupName: fmt.Sprintf("/g/%d", group), Scope: scope,
				StreamName: rapid.SampledFrom([]string{"a", "näme", "bad\xff", "x/y/[$LATEST]"}).Draw(t, "name") + fmt.Sprint(stream),
			}}
			run.ids = drawIDs(t)
			for range run.ids {
				run.messages = append(run.messages, drawMessage(t))
			}
			runs = append(runs, run)
		}
	}
	return runs
}

func drawIDs(t *rapid.T) []logs.EventID {
	id := rapid.Custom(func(t *rapid.T) logs.EventID {
		return logs.EventID{
			Timestamp: rapid.OneOf(rapid.Int64Range(1000, 1020), rapid.Int64Min(0)).Draw(t, "ts"),
			Ingestion: rapid.OneOf(rapid.Int64Range(2000, 2002), rapid.Int64Min(0)).Draw(t, "in"),
			Request:   rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64()).Draw(t, "rq"),
			Index:     rapid.OneOf(rapid.Uint16Range(0, 3), rapid.Uint16()).Draw(t, "ix"),
		}
	})
	ids := rapid.SliceOfN(id, 0, 40).Draw(t, "ids")
	slices.SortFunc(ids, logs.EventID.Compare)
	return slices.Compact(ids)
}

func drawMessage(t *rapid.T) []byte {
	return rapid.OneOf(
		rapid.Just([]byte("x")),
		rapid.SliceOfN(rapid.Byte(), 1, 30),
		rapid.Custom(func(t *rapid.T) []byte {
			return bytes.Repeat([]byte(rapid.StringN(1, 3, 6).Draw(t, "unit")), rapid.IntRange(1, 200).Draw(t, "times"))
		}),
	).Draw(t, "message")
}

func drawOptions(t *rapid.T) Options {
	return Options{
		NoFilters:  rapid.Bool().Draw(t, "no filters"),
		Fields:     field.Options{Columns: rapid.SampledFrom([]int{0, 9}).Draw(t, "columns")},
		Level:      rapid.SampledFrom([]Level{Fast, Dense}).Draw(t, "level"),
		BlockBytes: rapid.SampledFrom([]int{1, 60, 500, 0}).Draw(t, "block"),
		GroupRows:  rapid.SampledFrom([]int{1, 30, 0}).Draw(t, "rows"),
		GroupBytes: rapid.SampledFrom([]int64{300, 0}).Draw(t, "bytes"),
	}
}

func drawQuery(t *rapid.T, run *testRun) Query {
	bound := rapid.Custom(func(t *rapid.T) logs.EventID {
		id := logs.EventID{Timestamp: rapid.Int64Range(990, 1030).Draw(t, "t")}
		if n := len(run.ids); n > 0 && rapid.Bool().Draw(t, "exact") {
			id = run.ids[rapid.IntRange(0, n-1).Draw(t, "at")]
		}
		return id
	})
	q := Query{Range: logs.AllTime, Reverse: rapid.Bool().Draw(t, "reverse")}
	if rapid.Bool().Draw(t, "ranged") {
		q.Range = logs.TimeRange{Start: bound.Draw(t, "start").Timestamp, End: bound.Draw(t, "end").Timestamp}
	}
	if rapid.Bool().Draw(t, "hasAfter") {
		q.After = bound.Draw(t, "after")
	}
	if rapid.Bool().Draw(t, "hasBefore") {
		q.Before = bound.Draw(t, "before")
	}
	switch rapid.IntRange(0, 2).Draw(t, "match") {
	case 1:
		q.Match = func(m []byte) bool { return len(m)%2 == 1 }
		q.Name = "odd"
	case 2: // a literal that may also stand where one message ends and the next begins
		literal := []byte("x")
		if n := len(run.messages); n > 0 {
			i := rapid.IntRange(0, n-1).Draw(t, "first")
			both := slices.Concat(run.messages[i], run.messages[(i+1)%n])
			from := rapid.IntRange(0, len(both)-1).Draw(t, "from")
			literal = both[from:rapid.IntRange(from+1, min(len(both), from+9)).Draw(t, "to")]
		}
		q.Match = func(m []byte) bool { return bytes.Contains(m, literal) }
		q.Seek = func(text []byte) int { return bytes.Index(text, literal) }
		q.Name = string(literal)
	}
	return q
}

// event is one row, copied out of a batch.
type event struct {
	id      logs.EventID
	stream  logs.StreamID
	name    string
	message string
}

// naive answers a query by looking at every event.
func (r *testRun) naive(q Query) (events []event) {
	for i, id := range r.ids {
		if !q.Range.Contains(id.Timestamp) || !q.After.IsZero() && !q.After.Less(id) || !q.Before.IsZero() && !id.Less(q.Before) {
			continue
		}
		if q.Match == nil || q.Match(r.messages[i]) {
			events = append(events, event{id, r.Stream.Stream, r.StreamName, string(r.messages[i])})
		}
	}
	if q.Reverse {
		slices.Reverse(events)
	}
	return events
}

func drain(c *Cursor) (events []event, err error) {
	defer c.Close()
	var b column.Batch
	for {
		more, err := c.Next(&b)
		if err != nil || !more {
			return events, err
		}
		for i := range b.Len() {
			events = append(events, event{b.ID[i], b.Stream[i], b.StreamName[i], string(b.Message[i])})
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		runs, opts := drawRuns(rt), drawOptions(rt)
		file, meta := encode(t, runs, opts)
		r := open(t, file)
		r.Share(Shared{Findings: NewFindings(rapid.SampledFrom([]int{1 << 20, 2000}).Draw(rt, "findings"))}, 1)
		if err := r.Verify(context.Background()); err != nil {
			rt.Fatal(err)
		}
		stored := slices.DeleteFunc(slices.Clone(runs), func(r testRun) bool { return len(r.ids) == 0 })
		checkDirectory(rt, r, meta, stored)
		for i := range stored {
			q := drawQuery(rt, &stored[i])
			run, ok := r.Run(stored[i].Group, stored[i].Stream.Stream)
			if !ok {
				rt.Fatalf("no run of stream %d", stored[i].Stream.Stream)
			}
			for range 2 { // what the first found out spares the second to look again
				got, err := drain(r.Cursor(run, q))
				if want := stored[i].naive(q); err != nil || !slices.Equal(got, want) {
					rt.Fatalf("cursor of %d with %+v: %v\n got %v\nwant %v", run.Stream.Stream, q, err, got, want)
				}
			}
		}
		for _, g := range meta.Groups {
			checkScan(rt, r, g.Group, stored)
		}
	})
}

func checkDirectory(t *rapid.T, r *Reader, meta Meta, stored []testRun) {
	if got := r.Meta(); got.Size != meta.Size || got.Rows != meta.Rows || !slices.Equal(got.Groups, meta.Groups) {
		t.Fatalf("meta = %+v, writer said %+v", got, meta)
	}
	if len(r.All()) != len(stored) {
		t.Fatalf("%d runs, want %d", len(r.All()), len(stored))
	}
	row := int64(0)
	for i, run := range r.All() {
		ids := stored[i].ids
		want := Run{
			Stream: stored[i].Stream, FirstRow: row, Rows: int64(len(ids)), Bytes: stored[i].bytes(),
			FirstEvent: ids[0].Timestamp, LastEvent: ids[len(ids)-1].Timestamp,
		}
		if run != want {
			t.Fatalf("run %d = %+v, want %+v", i, run, want)
		}
		row += run.Rows
	}
}

func checkScan(t *rapid.T, r *Reader, group logs.GroupID, stored []testRun) {
	q := drawQuery(t, &stored[0])
	odd := rapid.Bool().Draw(t, "odd")
	chosen := func(s logs.StreamID) bool { return !odd || s%2 == 1 }
	var want []event
	for i := range stored {
		if stored[i].Group == group && chosen(stored[i].Stream.Stream) {
			forward := q
			forward.Reverse = false
			want = append(want, stored[i].naive(forward)...)
		}
	}
	got, err := drain(r.Scan(group, q, func(run *Run) bool { return chosen(run.Stream.Stream) }))
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("scan of %d with %+v: %v\n got %v\nwant %v", group, q, err, got, want)
	}
}

func TestLongMessages(t *testing.T) {
	run := testRun{Stream: Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}}
	for i, size := range []int{1, 1 << 20, 5, 300 << 10, 1 << 20, 2} {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(i)})
		run.messages = append(run.messages, bytes.Repeat([]byte{byte('a' + i)}, size))
	}
	file, _ := encode(t, []testRun{run}, Options{})
	r := open(t, file)
	if err := r.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, reverse := range []bool{false, true} {
		q := Query{Range: logs.AllTime, Reverse: reverse}
		c := r.Cursor(r.All()[0], q)
		got, err := drain(c)
		if err != nil || !slices.Equal(got, run.naive(q)) || c.Stats().Bytes != run.bytes() {
			t.Errorf("reverse=%v: %v, %d events, %d bytes scanned", reverse, err, len(got), c.Stats().Bytes)
		}
	}
}

// A cursor must read no more than what it needs: that is what makes a page from the middle of a long run cheap.
func TestCursorReadsWhatItNeeds(t *testing.T) {
	run := testRun{Stream: Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}}
	for i := range 1000 {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(i)})
		run.messages = append(run.messages, fmt.Appendf(nil, "message %06d", i))
	}
	file, _ := encode(t, []testRun{run}, Options{BlockBytes: 10 * 14})
	never := func([]byte) bool { return false }
	for _, c := range []struct {
		name  string
		q     Query
		reads int
	}{
		{"one block by time", Query{Range: logs.TimeRange{Start: 502, End: 505}}, 5},
		{"whole blocks by time", Query{Range: logs.TimeRange{Start: 500, End: 520}}, 10},
		{"after the last of a block", Query{Range: logs.AllTime, After: logs.EventID{Timestamp: 989}}, 9},
		{"a whole block", Query{Range: logs.TimeRange{Start: 990, End: 2000}}, 5},
		{"no id in the block", Query{Range: logs.AllTime, After: logs.EventID{Timestamp: 502}, Before: logs.EventID{Timestamp: 503}}, 4},
		{"no match", Query{Range: logs.TimeRange{Start: 500, End: 510}, Match: never}, 1},
		{"beyond the run", Query{Range: logs.TimeRange{Start: 1000, End: 2000}}, 0},
		{"empty range", Query{}, 0},
	} {
		f := &counter{memory: file}
		r, err := Open(f, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		f.reads = 0
		if _, err := drain(r.Cursor(r.All()[0], c.q)); err != nil {
			t.Fatal(err)
		}
		if f.reads != c.reads {
			t.Errorf("%s: %d reads, want %d", c.name, f.reads, c.reads)
		}
	}
}

type counter struct {
	memory
	reads int
}

func (c *counter) ReadAt(b []byte, offset int64) (int, error) {
	c.reads++
	return c.memory.ReadAt(b, offset)
}

// A scan reads the blocks of chosen streams only.
func TestScanReadsWhatItNeeds(t *testing.T) {
	var runs []testRun
	for s := range 10 {
		run := testRun{Stream: Stream{Group: 1, Stream: logs.StreamID(s), GroupName: "g", StreamName: "s"}}
		for i := range 100 {
			run.ids = append(run.ids, logs.EventID{Timestamp: int64(1000*s + i)})
			run.messages = append(run.messages, []byte("0123456789"))
		}
		runs = append(runs, run)
	}
	f := &counter{}
	f.memory, _ = encode(t, runs, Options{BlockBytes: 200})
	r, err := Open(f, int64(len(f.memory)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		q      Query
		chosen func(*Run) bool
		events int
		reads  int
	}{
		{"one stream", Query{Range: logs.AllTime}, func(r *Run) bool { return r.Stream.Stream == 3 }, 100, 25},
		{"one stream by time", Query{Range: logs.TimeRange{Start: 3000, End: 4000}}, nil, 100, 25},
		{"no message", Query{Range: logs.AllTime, Match: func([]byte) bool { return false }}, nil, 0, 50},
		{"no stream", Query{Range: logs.AllTime}, func(*Run) bool { return false }, 0, 0},
	} {
		f.reads = 0
		if got, err := drain(r.Scan(1, c.q, c.chosen)); err != nil || len(got) != c.events || f.reads != c.reads {
			t.Errorf("%s: %d events, %d reads, %v, want %d, %d", c.name, len(got), f.reads, err, c.events, c.reads)
		}
	}
}

// Readers and writers share pools of memory, one reader is used by many: run with -race.
func TestConcurrentUse(t *testing.T) {
	runs := corpus(7, 512<<10, 8, 20)
	file, _ := encode(t, runs, Options{BlockBytes: 16 << 10})
	r := open(t, file)
	var wg sync.WaitGroup
	for i := range runs {
		wg.Go(func() {
			got, err := drain(r.Cursor(r.All()[i], Query{Range: logs.AllTime}))
			if err != nil || !slices.Equal(got, runs[i].naive(Query{Range: logs.AllTime})) {
				t.Errorf("stream %d: %d events, %v", i, len(got), err)
			}
			if again, _ := encode(t, runs, Options{BlockBytes: 16 << 10}); !bytes.Equal(again, file) {
				t.Error("the same events make another file")
			}
			if err := r.Verify(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// What a writer holds must not grow with the messages: only directory and page index do, and those slowly.
func TestWriterMemory(t *testing.T) {
	runs := corpus(8, 1<<20, 20, 100)
	held := func(times int) (buffers, rows int) {
		encoders[Fast] = sync.Pool{} // what other tests made large
		w := NewWriter(io.Discard, Options{GroupBytes: 4 << 20})
		most := 0
		for n := range times {
			for i := range runs {
				s := runs[i].Stream
				s.Group += logs.GroupID(100 * n)
				if err := w.AddEvents(s, runs[i].ids, runs[i].messages); err != nil {
					t.Fatal(err)
				}
				most = max(most, w.held())
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return most, int(w.rows)
	}
	small, _ := held(5)
	large, rows := held(15)
	if large > small+small/2 || large > 4<<20 {
		t.Errorf("writer holds %d bytes after 5 MiB, %d after 15 MiB", small, large)
	}
	t.Logf("%d bytes held for %d rows", large, rows)
}

// held is the memory of the buffers that messages and columns pass through.
func (w *Writer) held() int {
	n := cap(w.page) + w.pager.packed.Cap() + cap(w.block.messages) + cap(w.block.raw)
	for c := range w.chunks {
		n += cap(w.chunks[c].buf) + 8*cap(w.block.ints[c])
	}
	for kind := range w.extras {
		n += cap(w.extras[kind])
	}
	for c := range w.keys.columns {
		n += cap(w.keys.columns[c].buf) + cap(w.keys.columns[c].dictionary) + 16*cap(w.keys.columns[c].page)
	}
	return n
}

func TestAddRefuses(t *testing.T) {
	a := Stream{Group: 2, Stream: 5, GroupName: "g", StreamName: "s"}
	id := func(ts int64) logs.EventID { return logs.EventID{Timestamp: ts} }
	with := func(change func(*Stream)) Stream { s := a; change(&s); return s }
	for _, c := range []struct {
		name   string
		second Stream
		ids    []logs.EventID
		size   int
		err    error
	}{
		{"the same stream", a, []logs.EventID{id(9)}, 1, ErrOrder},
		{"an earlier group", with(func(s *Stream) { s.Group, s.Stream = 1, 9 }), []logs.EventID{id(9)}, 1, ErrOrder},
		{"another name of the group", with(func(s *Stream) { s.Stream, s.GroupName = 6, "h" }), []logs.EventID{id(9)}, 1, ErrOrder},
		{"another account", with(func(s *Stream) { s.Stream, s.Scope.Account = 6, "1" }), []logs.EventID{id(9)}, 1, ErrOrder},
		{"an id twice", with(func(s *Stream) { s.Stream = 6 }), []logs.EventID{id(9), id(9)}, 1, ErrOrder},
		{"ids backwards", with(func(s *Stream) { s.Stream = 6 }), []logs.EventID{id(9), id(8)}, 1, ErrOrder},
		{"a negative time", with(func(s *Stream) { s.Stream = 6 }), []logs.EventID{id(-1)}, 1, ErrOrder},
		{"a long message", with(func(s *Stream) { s.Stream = 6 }), []logs.EventID{id(9)}, MaxMessage + 1, ErrMessage},
	} {
		var out bytes.Buffer
		w := NewWriter(&out, Options{})
		if err := w.AddEvents(a, []logs.EventID{id(1), id(2)}, [][]byte{[]byte("x"), []byte("y")}); err != nil {
			t.Fatal(err)
		}
		messages := make([][]byte, len(c.ids))
		for i := range messages {
			messages[i] = make([]byte, c.size)
		}
		if err := w.AddEvents(c.second, c.ids, messages); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		if _, err := w.Close(); err == nil {
			t.Errorf("%s: Close after it succeeds", c.name)
		}
	}
}

var errDisk = errors.New("disk on fire")

// full is a disk that takes so many bytes.
type full int

func (f *full) Write(b []byte) (int, error) {
	if len(b) > int(*f) {
		return 0, errDisk
	}
	*f -= full(len(b))
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	runs := corpus(1, 4<<20, 4, 100)
	for _, room := range []full{0, 1, 300 << 10} {
		w := NewWriter(&room, Options{})
		var err error
		for i := range runs {
			if err = w.AddEvents(runs[i].Stream, runs[i].ids, runs[i].messages); err != nil {
				break
			}
		}
		if err == nil {
			_, err = w.Close()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("error = %v, want the disk's", err)
		}
	}
}
