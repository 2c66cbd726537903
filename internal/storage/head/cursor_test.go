package head

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
	"tailrace/internal/match"
)

type row struct {
	id      logs.EventID
	group   logs.GroupID
	stream  logs.StreamID
	name    string
	message string
}

func compareRows(a, b row) int { return a.id.Compare(b.id) }

func drawRows(t *rapid.T, h *Head) []row {
	var all []row
	for request := range rapid.Uint64Range(0, 12).Draw(t, "runs") {
		group := rapid.Uint64Range(1, 2).Draw(t, "group")
		stream := 10*group + rapid.Uint64Range(1, 3).Draw(t, "stream")
		times := rapid.SliceOfN(rapid.Int64Range(0, 20), 1, 5).Draw(t, "times")
		slices.Sort(times)
		list := make([]logs.Event, len(times))
		for i, ms := range times {
			list[i] = logs.Event{Timestamp: ms, Message: fmt.Appendf(nil, "%d/%d", request, i)}
		}
		run, err := Encode(logs.GroupID(group), logs.StreamID(stream), rapid.Int64Range(5, 7).Draw(t, "ingestion"), list)
		if err != nil {
			t.Fatal(err)
		}
		run.Request = request + 1
		name := fmt.Sprint("s", stream)
		h.Add(name, run)
		for i, e := range list {
			all = append(all, row{logs.EventID{Timestamp: e.Timestamp, Ingestion: run.Ingestion, Request: run.Request, Index: uint16(i)}, run.Group, run.Stream, name, string(e.Message)})
		}
	}
	slices.SortFunc(all, compareRows)
	return all
}

func drawBound(t *rapid.T, all []row, name string) logs.EventID {
	if len(all) == 0 || rapid.Bool().Draw(t, name+" none") {
		return logs.EventID{}
	}
	return rapid.SampledFrom(all).Draw(t, name).id
}

// A cursor gives what a filter over the sorted list of all events gives.
func TestCursorModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New()
		all := drawRows(t, h)
		q := Query{
			Group: logs.GroupID(rapid.Uint64Range(1, 3).Draw(t, "q group")), Reverse: rapid.Bool().Draw(t, "reverse"),
			Range: logs.TimeRange{Start: rapid.Int64Range(0, 21).Draw(t, "start"), End: rapid.Int64Range(0, 22).Draw(t, "end")},
			After: drawBound(t, all, "after"), Before: drawBound(t, all, "before"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "choice") {
		case 1:
			q.Streams = []logs.StreamID{11, 22}
		case 2:
			q.Keep = func(_ logs.StreamID, name string) bool { return strings.HasSuffix(name, "1") }
		}
		word := ""
		if rapid.Bool().Draw(t, "search") {
			word = fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "of"), "/", rapid.IntRange(0, 5).Draw(t, "at"))
			q.MayMatch = func(text []byte) bool { return bytes.Contains(text, []byte(word)) }
		}
		var want []row
		for _, r := range all {
			if strings.Contains(r.message, word) && r.group == q.Group && q.Range.Contains(r.id.Timestamp) && (q.After.IsZero() || q.After.Less(r.id)) &&
				(q.Before.IsZero() || r.id.Less(q.Before)) && (q.Streams == nil || slices.Contains(q.Streams, r.stream)) && (q.Keep == nil || q.Keep(r.stream, r.name)) {
				want = append(want, r)
			}
		}
		if q.Reverse {
			slices.Reverse(want)
		}
		var got []row
		for c := h.Cursor(q); c.Next(); {
			if strings.Contains(string(c.Message()), word) {
				got = append(got, row{c.ID(), q.Group, c.Stream(), c.Name(), string(c.Message())})
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("query %+v\ngot  %v\nwant %v", q, got, want)
		}
	})
}

// Sums follow additions and drops, and a head that lost everything is as small as a new one.
func TestSummary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New()
		all := drawRows(t, h)
		h.Drop(1, 11)
		h.DropGroup(2)
		var bytes, count int64
		for _, r := range all {
			if r.group == 1 && r.stream != 11 {
				bytes += int64(len(r.message))
				count++
			}
		}
		sum := h.Summary()
		if sum.Bytes != bytes || sum.Events != count || h.GroupBytes(1) != bytes || h.GroupBytes(2) != 0 {
			t.Fatalf("%+v, want %d bytes of %d events", sum, bytes, count)
		}
		h.DropGroup(1)
		if sum := h.Summary(); sum.Size != 0 || sum.Streams != 0 || len(h.Streams()) != 0 {
			t.Fatalf("empty head: %+v", sum)
		}
	})
}

// A cursor goes on over what was there when it was made, while runs come and streams go.
func TestCursorIsSnapshot(t *testing.T) {
	h := New()
	add := func(request uint64) {
		run, _ := Encode(1, 1, 1, events("x"))
		run.Request = request
		h.Add("s", run)
	}
	add(1)
	add(2)
	c := h.Cursor(Query{Group: 1, Range: logs.AllTime})
	add(3)
	h.Drop(1, 1)
	n := 0
	for c.Next() {
		n++
	}
	if n != 2 {
		t.Errorf("%d events, want the 2 of the snapshot", n)
	}
}

func BenchmarkCursor(b *testing.B) {
	h, list := New(), make([]logs.Event, 1000)
	for i := range list {
		list[i] = logs.Event{Timestamp: int64(i), Message: make([]byte, 100)}
	}
	for request := range uint64(100) {
		run, _ := Encode(1, 1, 1, list)
		run.Request = request + 1
		h.Add("s", run)
	}
	b.ReportAllocs()
	b.SetBytes(100 * 1000 * 100)
	for b.Loop() {
		for c := h.Cursor(Query{Group: 1, Range: logs.AllTime}); c.Next(); {
			_ = c.Message()
		}
	}
}

// A word that no event has, asked of every event and of runs first.
func BenchmarkSearch(b *testing.B) {
	h, word := New(), []byte("req-00ab5e47f0ff00ab5e47f0ff")
	size := 0
	for request := range uint64(300) {
		list := make([]logs.Event, 300)
		for i := range list {
			list[i] = logs.Event{Timestamp: int64(i), Message: fmt.Appendf(nil, `{"level":"info","request_id":"req-%024x","route":"/api/v1/items/%d","status":200,"latency_ms":%d,"agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","msg":"request served from the upstream pool, cache was cold"}`, uint64(i)*request*7919, i, i%977)}
			size += len(list[i].Message)
		}
		run, _ := Encode(1, logs.StreamID(request%50), 1, list)
		run.Request = request + 1
		h.Add("s", run)
	}
	find := match.NewFinder(string(word))
	for _, c := range []struct {
		name string
		may  func([]byte) bool
	}{{"events", nil}, {"runs", find.In}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				for cursor := h.Cursor(Query{Group: 1, Range: logs.AllTime, MayMatch: c.may}); cursor.Next(); {
					if find.In(cursor.Message()) {
						b.Fatal("found it")
					}
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	list := make([]logs.Event, 10_000)
	for i := range list {
		list[i] = logs.Event{Timestamp: int64(i), Message: make([]byte, 78)}
	}
	b.ReportAllocs()
	b.SetBytes(78 * 10_000)
	for b.Loop() {
		if _, err := Encode(1, 1, 1, list); err != nil {
			b.Fatal(err)
		}
	}
}
