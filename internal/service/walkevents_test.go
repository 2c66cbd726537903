package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tailrace/internal/api"
)

// fill makes some streams with some events.
func (w *world) fill() (streams []string) {
	w.createGroup("g")
	streams = []string{"a", "ab", "b"}
	for _, name := range streams {
		w.createStream(name)
	}
	for range w.intn("batches", 0, 12) {
		w.put(rapid.SampledFrom(streams).Draw(w.t, "stream"))
	}
	return streams
}

// filterWalk walks FilterLogEvents and returns the events as "id stream message"; between is called between pages.
func (w *world) filterWalk(in api.FilterLogEventsRequest, between func()) (events []string) {
	in.LogGroupName = api.Some("g")
	for first := true; first || in.NextToken.Set; first = false {
		in.Limit = w.limit(7)
		out, err := w.FilterLogEvents(w.ctx, &in)
		w.must(err)
		for i := range out.Events {
			e := &out.Events[i]
			events = append(events, fmt.Sprintf("%s %s %s", e.EventID, e.LogStreamName, e.Message))
		}
		in.NextToken = out.NextToken
		between()
	}
	return events
}

// getWalk walks GetLogEvents from one end to the other and returns the events' messages, in the order of the walk.
func (w *world) getWalk(stream string, forward bool, between func()) (messages []string) {
	in := api.GetLogEventsRequest{LogGroupName: api.Some("g"), LogStreamName: stream, StartFromHead: api.Some(forward)}
	for {
		in.Limit = w.limit(7)
		out, err := w.GetLogEvents(w.ctx, &in)
		w.must(err)
		if !slices.IsSortedFunc(out.Events, func(a, b api.OutputLogEvent) int { return int(a.Timestamp - b.Timestamp) }) {
			w.t.Fatalf("a page is not ascending: %v", out.Events)
		}
		page := make([]string, len(out.Events))
		for i := range out.Events {
			page[i] = string(out.Events[i].Message)
		}
		next := out.NextForwardToken
		if !forward {
			slices.Reverse(page)
			next = out.NextBackwardToken
		}
		messages = append(messages, page...)
		if len(page) == 0 {
			if in.NextToken.Set && next != in.NextToken {
				w.t.Fatalf("the end has another token: %v after %v", next, in.NextToken)
			}
			return messages
		}
		in.NextToken = next
		between()
	}
}

func noChange() {}

// A stream read forward, backward and by FilterLogEvents is the same; and so is the group by FilterLogEvents from either end.
func TestReadersAgree(t *testing.T) {
	checkWorlds(t, func(w *world) {
		for _, stream := range w.fill() {
			forward := w.getWalk(stream, true, noChange)
			backward := w.getWalk(stream, false, noChange)
			slices.Reverse(backward)
			if diff := cmp.Diff(forward, backward); diff != "" {
				w.t.Fatalf("%s backward:\n%s", stream, diff)
			}
			filtered := w.filterWalk(api.FilterLogEventsRequest{LogStreamNames: []string{stream}}, noChange)
			for i, e := range filtered {
				filtered[i] = strings.SplitN(e, " ", 3)[2]
			}
			if diff := cmp.Diff(forward, filtered); diff != "" {
				w.t.Fatalf("%s filtered:\n%s", stream, diff)
			}
		}
		oldest := w.filterWalk(api.FilterLogEventsRequest{}, noChange)
		newest := w.filterWalk(api.FilterLogEventsRequest{StartFromHead: api.Some(false), StartTime: api.Some(newestFirstSince)}, noChange)
		slices.Reverse(newest)
		if diff := cmp.Diff(oldest, newest); diff != "" {
			w.t.Fatalf("newest first:\n%s", diff)
		}
	})
}

func asSet(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}

func TestWalkFilteredEvents(t *testing.T) {
	checkWorlds(t, func(w *world) {
		streams := w.fill()
		var in api.FilterLogEventsRequest
		if rapid.Bool().Draw(w.t, "newest first") {
			in.StartFromHead, in.StartTime = api.Some(false), api.Some(newestFirstSince)
		}
		if rapid.Bool().Draw(w.t, "filter") {
			in.FilterPattern = api.Some("even")
		}
		if rapid.Bool().Draw(w.t, "prefix") {
			in.LogStreamNamePrefix = api.Some("a")
		}
		w.Service.scanBudget = rapid.SampledFrom([]int64{1, 30, 100, DefaultScanBudget}).Draw(w.t, "budget")
		before := asSet(w.filterWalk(in, noChange))
		left := 20
		got := w.filterWalk(in, func() {
			if left--; left > 0 {
				w.put(rapid.SampledFrom(streams).Draw(w.t, "stream"))
			}
		})
		w.checkWalk(before, before, got)
		if in.StartFromHead.Set {
			slices.Reverse(got)
		}
		if !slices.IsSorted(got) { // ids have equal lengths
			w.t.Fatalf("not in order of id: %q", got)
		}
	})
}

func TestWalkEvents(t *testing.T) {
	checkWorlds(t, func(w *world) {
		streams := w.fill()
		forward := rapid.Bool().Draw(w.t, "forward")
		before := asSet(w.getWalk("a", true, noChange))
		left := 20
		got := w.getWalk("a", forward, func() {
			if left--; left > 0 {
				w.put(rapid.SampledFrom(streams).Draw(w.t, "stream"))
			}
		})
		w.checkWalk(before, before, got)
	})
}
