package storagetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/field"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// history is a random life of a store beside its model.
type history struct {
	*Store
	*Model
	n       int // for messages
	trouble *trouble
}

var groupNames, streamNames = []string{"app", "db"}, []string{"a", "b", "ba", "c", "d"}

// TestModel lets stores live random lives under random options and holds all they answer against the model. How long it
// does so is rapid's choice: -rapid.checks=100000 -rapid.steps=200 for a night, -rapid.seed=N for what was printed.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		defer h.end()
		rt.Repeat(h.steps())
		h.checkAll(rt)
	})
}

func newHistory(t *testing.T, rt *rapid.T) *history {
	h := &history{Store: New(t, randomOptions(rt)), Model: NewModel(), trouble: &trouble{}}
	h.T = t
	return h
}

func (h *history) end() {
	h.Kill()
	h.Catalog.Close()
}

// steps are what may happen to any store.
func (h *history) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"append":       h.append,
		"append again": h.append,
		"flush":        h.flush,
		"restart":      h.restart,
		"delete":       h.delete,
		"reclaim":      h.reclaim,
		"compact":      h.compact,
		"scan":         h.scan,
		"scan again":   h.scan,
		"list":         h.list,
		"walk":         h.walk,
	}
}

func randomOptions(rt *rapid.T) storage.Options {
	o := storage.Options{
		Manual:           true,
		FlushBytes:       rapid.SampledFrom([]int64{1, 3000, 1 << 20}).Draw(rt, "flush bytes"),
		MaxFrozen:        1 << 20,
		MaxCachedStreams: rapid.SampledFrom([]int{1, 3, 1000}).Draw(rt, "cached streams"),
		MaxOpenSegments:  rapid.SampledFrom([]int{1, 100}).Draw(rt, "open segments"),
		ReclaimShare:     rapid.SampledFrom([]float64{0.01, 0.5, 1}).Draw(rt, "reclaim share"),
		ScanRuns:         rapid.SampledFrom([]int{1, 3, 64}).Draw(rt, "scan runs"),
		ScanRows:         rapid.SampledFrom([]int{1, 4, 1000}).Draw(rt, "scan rows"),
		ScanBytes:        rapid.SampledFrom([]int{1, 20, 1 << 20}).Draw(rt, "scan bytes"),
		PageBytes:        rapid.SampledFrom([]int{1, 200, 1 << 20}).Draw(rt, "page bytes"),
		Segment: segment.Options{
			BlockBytes: rapid.SampledFrom([]int{1, 30, 1 << 18}).Draw(rt, "block bytes"),
			GroupRows:  rapid.SampledFrom([]int{1, 7, 1 << 19}).Draw(rt, "row group"),
		},
		WAL: wal.Options{FileBytes: rapid.SampledFrom([]int64{1, 9000, 1 << 26}).Draw(rt, "log file bytes")},
	}
	o.Merge = o.Segment
	o.Merge.Fields = field.Options{Columns: rapid.SampledFrom([]int{-1, 1, 64}).Draw(rt, "field columns"), Share: rapid.SampledFrom([]int{1, 64}).Draw(rt, "field bytes")}
	o.IndexedFields = func(g logs.GroupID) []string { return fieldPaths[:int(g)%3] }
	o.Compaction = compaction.Options{
		FanOut: rapid.SampledFrom([]int{2, 3}).Draw(rt, "fan-out"), MaxInputs: rapid.SampledFrom([]int{2, 5}).Draw(rt, "inputs"),
		Window: rapid.SampledFrom([]time.Duration{time.Millisecond, 8 * time.Millisecond, time.Hour}).Draw(rt, "window"),
		Quiet:  rapid.SampledFrom([]time.Duration{time.Millisecond, time.Hour}).Draw(rt, "quiet"),
	}
	for _, size := range []*int64{&o.Compaction.SegmentBytes, &o.Compaction.OwnBytes, &o.Compaction.PieceBytes} {
		*size = rapid.SampledFrom([]int64{1, 20, 100, 1000}).Draw(rt, "bytes of segments")
	}
	return o
}

func (h *history) flush(t *rapid.T)   { h.done(t, h.Engine.Flush(context.Background())) }
func (h *history) reclaim(t *rapid.T) { h.done(t, h.Engine.Reclaim(context.Background())) }
func (h *history) compact(t *rapid.T) { h.done(t, h.Engine.Compact(context.Background())) }

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *history) append(t *rapid.T) {
	group, stream := rapid.SampledFrom(groupNames).Draw(t, "group"), rapid.SampledFrom(streamNames).Draw(t, "stream")
	times := rapid.SliceOfN(rapid.Int64Range(0, 30), 1, 6).Draw(t, "times")
	slices.Sort(times)
	events := make([]logs.Event, len(times))
	for i, ms := range times {
		events[i] = logs.Event{Timestamp: ms, Message: h.drawMessage(t)}
	}
	h.Time = h.Time.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "later")) * time.Millisecond)
	h.expire()
	id, err := h.Store.Append(group, stream, events...)
	if err != nil {
		h.refused(t, group, stream, events, err)
		return
	}
	h.Model.Append(group, stream, id, events...)
}

func (h *history) restart(t *rapid.T) {
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		h.done(t, h.Reopen())
		h.resolve(t)
		return
	case 1:
		h.Crash(vfs.Crash{Unsynced: vfs.Torn, Seed: rapid.Uint64().Draw(t, "seed")})
	case 2:
		h.Crash(vfs.Crash{Unsynced: rapid.SampledFrom([]vfs.Fate{vfs.Lost, vfs.Kept}).Draw(t, "fate")})
	}
	h.trouble.full = false // a disk has room again
	must(t, h.TryOpen())
	h.resolve(t)
}

func (h *history) delete(t *rapid.T) {
	group, stream := rapid.SampledFrom(groupNames).Draw(t, "group"), rapid.SampledFrom(streamNames).Draw(t, "stream")
	if rapid.IntRange(0, 9).Draw(t, "whole group") == 0 {
		h.Store.Group(group)
		if err := h.Store.DeleteGroup(group); err != nil {
			h.done(t, err)
			return
		}
		h.Model.DeleteGroup(group)
		h.trouble.forget(group)
		return
	}
	err := h.Store.DeleteStream(group, stream)
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		h.done(t, err)
		return
	}
	if h.Model.DeleteStream(group, stream) {
		must(t, err)
	} else if !errors.Is(err, catalog.ErrNotFound) {
		t.Fatalf("delete of what is not there: %v", err)
	}
}

func (h *history) scan(t *rapid.T) {
	group := rapid.SampledFrom(groupNames).Draw(t, "group")
	all := h.Model.Scan(group, nil, storage.Query{Range: logs.AllTime})
	bound := func(name string) logs.EventID {
		if len(all) == 0 || rapid.Bool().Draw(t, name+" none") {
			return logs.EventID{}
		}
		return rapid.SampledFrom(all).Draw(t, name).ID
	}
	q := storage.Query{
		Range:   logs.TimeRange{Start: rapid.Int64Range(0, 31).Draw(t, "start"), End: rapid.Int64Range(20, 32).Draw(t, "end")},
		After:   bound("after"),
		Before:  bound("before"),
		Reverse: rapid.Bool().Draw(t, "reverse"),
		Limit:   rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "limit"),
	}
	if rapid.Bool().Draw(t, "all time") {
		q.Range = logs.AllTime
	}
	if rapid.IntRange(0, 2).Draw(t, "filter") == 0 {
		q.Match = func(message []byte) bool { return strings.HasPrefix(string(message), "xxx") }
	} else if literal := rapid.SampledFrom([]string{"", "", "xxxxx 1", "xxxxxx", "XXXXX", "no such", "xx"}).Draw(t, "literal"); literal != "" {
		q.Match = func(message []byte) bool { return strings.Contains(string(message), literal) }
		q.Required = [][][]byte{{[]byte(literal), []byte("absent")}}
		if rapid.Bool().Draw(t, "seek") {
			q.Seek = func(text []byte) int { return bytes.Index(text, []byte(literal)) }
		}
	} else if rapid.Bool().Draw(t, "condition") {
		drawWhere(t, &q)
	}
	q.Fields = rapid.Permutation(fieldPaths).Draw(t, "fields")[:rapid.SampledFrom([]int{0, 0, 1, 3, 5}).Draw(t, "so many fields")]
	if rapid.Bool().Draw(t, "parts") {
		q.Parts = &column.Parts{Names: []string{"first word"}, Take: func(message []byte, parts [][]byte) {
			parts[0], _, _ = bytes.Cut(message, []byte(" "))
		}}
	}
	var names []string
	switch rapid.IntRange(0, 3).Draw(t, "streams") {
	case 1:
		q.StreamPrefix = "b"
	case 2:
		names, q.Streams = []string{}, []logs.StreamID{}
		for _, name := range streamNames[:rapid.IntRange(1, 3).Draw(t, "so many")] {
			if s, err := h.Engine.Stream(context.Background(), h.Store.Group(group).ID, name); err == nil {
				names, q.Streams = append(names, name), append(q.Streams, s.ID)
			}
		}
	}
	h.compare(t, group, names, q)
	h.visit(t, group, names, q)
}

func (h *history) compare(t *rapid.T, group string, names []string, q storage.Query) {
	t.Helper()
	q.Range.Start = max(q.Range.Start, h.trouble.expired[group])
	got, err := h.Store.Scan(group, q)
	if h.unread(t, err) {
		return
	}
	if diff := gocmp.Diff(h.Model.Scan(group, names, q), got); diff != "" {
		t.Fatalf("scan %s %v %+v (-want +got):\n%s", group, names, q, diff)
	}
}

func (h *history) list(t *rapid.T) {
	group := rapid.SampledFrom(groupNames).Draw(t, "group")
	q := catalog.StreamQuery{Group: h.Store.Group(group).ID, Descending: rapid.Bool().Draw(t, "descending"), Limit: rapid.IntRange(1, 4).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "by event") {
		q.Order = catalog.ByLastEvent
	} else if rapid.Bool().Draw(t, "prefix") {
		q.Prefix = "b"
	}
	all, err := h.Walk(q, nil)
	must(t, err)
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
		h.checkStats(t, group, s)
	}
	if diff := gocmp.Diff(h.Model.List(group, q), names); diff != "" {
		t.Fatalf("list %s %+v (-want +got):\n%s", group, q, diff)
	}
}

// walk lists while events come, streams go and heads are flushed.
func (h *history) walk(t *rapid.T) {
	group := rapid.SampledFrom(groupNames).Draw(t, "group")
	q := catalog.StreamQuery{Group: h.Store.Group(group).ID, Descending: rapid.Bool().Draw(t, "descending"), Limit: rapid.IntRange(1, 2).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "by event") {
		q.Order = catalog.ByLastEvent
	}
	throughout := h.Model.List(group, q)
	all, err := h.Walk(q, func() {
		switch rapid.IntRange(0, 5).Draw(t, "between") {
		case 0, 1, 2:
			h.append(t)
		case 3:
			h.flush(t)
		case 4:
			name := rapid.SampledFrom(streamNames).Draw(t, "deleted")
			if h.Store.DeleteStream(group, name) == nil {
				h.Model.DeleteStream(group, name)
				throughout = slices.DeleteFunc(throughout, func(s string) bool { return s == name })
			}
		case 5:
			h.list(t)
		}
	})
	must(t, err)
	var seen []string
	ids := map[logs.StreamID]bool{}
	for _, s := range all {
		if ids[s.ID] {
			t.Fatalf("stream %s came twice: %v", s.Name, all)
		}
		ids[s.ID] = true
		if slices.Contains(throughout, s.Name) {
			seen = append(seen, s.Name)
		}
	}
	if diff := gocmp.Diff(throughout, seen); diff != "" && !(len(throughout) == 0 && len(seen) == 0) {
		t.Fatalf("walk %s %+v (-there throughout +seen):\n%s", group, q, diff)
	}
}

func (h *history) checkStats(t *rapid.T, group string, s catalog.Stream) {
	want, ok := h.Model.Stats(group, s.Name)
	got := s.Stats
	got.Sequence = 0
	if !ok || got != want {
		t.Fatalf("statistics of %s/%s: %+v, want %+v", group, s.Name, got, want)
	}
}

func (h *history) checkAll(t *rapid.T) {
	for _, group := range groupNames {
		h.compare(t, group, nil, storage.Query{Range: logs.AllTime})
		for _, name := range h.Model.Streams(group) {
			s, err := h.Engine.Stream(context.Background(), h.Store.Group(group).ID, name)
			must(t, err)
			h.checkStats(t, group, s)
			h.compare(t, group, []string{name}, storage.Query{Streams: []logs.StreamID{s.ID}, Range: logs.AllTime, Reverse: true})
		}
	}
}

// visit holds what Visit gives, in whatever order, against the model, and the columns that were not asked for.
func (h *history) visit(t *rapid.T, group string, names []string, q storage.Query) {
	t.Helper()
	q.Columns = rapid.SampledFrom([]column.Columns{0, column.Count, column.Time, column.ID, column.Message, column.Time | column.Stream, column.ID | column.Message}).Draw(t, "columns")
	q.Range.Start = max(q.Range.Start, h.trouble.expired[group])
	got, err := h.Store.Visit(group, q, rapid.IntRange(1, 3).Draw(t, "workers"))
	if h.unread(t, err) {
		return
	}
	q.Limit, q.Reverse = 0, false
	want := h.Model.Scan(group, names, q)
	for i := range want {
		switch {
		case q.Columns.Has(column.ID):
		case q.Columns.Has(column.Time):
			want[i].ID = logs.EventID{Timestamp: want[i].ID.Timestamp}
		default:
			want[i].ID = logs.EventID{}
		}
		if !q.Columns.Has(column.Stream) {
			want[i].Stream = ""
		}
		if !q.Columns.Has(column.Message) {
			want[i].Message = ""
		}
	}
	order := func(a, b Event) int {
		return cmp.Or(a.ID.Compare(b.ID), strings.Compare(a.Stream, b.Stream), strings.Compare(a.Message, b.Message),
			strings.Compare(a.Fields, b.Fields))
	}
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	if !slices.Equal(got, want) {
		t.Fatalf("visit %s %v %+v\ngot  %v\nwant %v", group, names, q, got, want)
	}
}
