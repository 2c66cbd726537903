package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/storage"
)

// Promise 4 of the design: walking any listing with any page size, in any order, while writes go on, returns each element
// that was there throughout exactly once, in the listing's order. Each iteration works in a region of its own.

// world is one iteration's region on the shared server, and what it did.
type world struct {
	*harness
	t   *rapid.T
	ctx context.Context
	n   int
}

// checkWorlds runs a property in fresh worlds.
func checkWorlds(t *testing.T, property func(w *world)) {
	h := newHarness(t, Config{}, storage.Options{})
	region := 0
	rapid.Check(t, func(t *rapid.T) {
		region++
		id := auth.Identity{Account: testScope.Account, Region: fmt.Sprintf("region-%d", region)}
		property(&world{harness: h, t: t, ctx: auth.NewContext(h.ctx, id)})
	})
}

func (w *world) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatal(err)
	}
}

func (w *world) intn(name string, least, most int) int {
	return rapid.IntRange(least, most).Draw(w.t, name)
}

// maybeFlush moves what was written from the head to a segment now and then.
func (w *world) maybeFlush() {
	if w.intn("flush", 0, 9) == 0 {
		w.must(w.engine.Flush(w.ctx))
	}
}

func (w *world) limit(most int) api.Opt[int32] { return api.Some(int32(w.intn("limit", 1, most))) }

// name is a short name over a small alphabet: many share prefixes.
func (w *world) name() string { return rapid.StringMatching(`[ab/_]{1,4}`).Draw(w.t, "name") }

func (w *world) createGroup(name string) {
	w.must(w.CreateLogGroup(w.ctx, &api.CreateLogGroupRequest{LogGroupName: name}))
}

func (w *world) createStream(name string) {
	w.must(w.CreateLogStream(w.ctx, &api.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: name}))
}

// put writes a few events to a stream, around now, and returns how many.
func (w *world) put(stream string) {
	events := make([]api.InputLogEvent, w.intn("events", 1, 4))
	at := testTime.UnixMilli() + int64(w.intn("at", -5, 5))
	for i := range events {
		at += int64(w.intn("step", 0, 2))
		w.n++
		events[i] = api.InputLogEvent{Timestamp: at, Message: fmt.Appendf(nil, "event %d %s", w.n, []string{"odd", "even"}[w.n%2])}
	}
	w.millis.Add(int64(w.intn("wait", 0, 1)))
	_, err := w.PutLogEvents(w.ctx, &api.PutLogEventsRequest{LogGroupName: "g", LogStreamName: stream, LogEvents: events})
	w.must(err)
	w.maybeFlush()
}

// checkWalk holds that every element that was there before and after the walk came once, others at most once, in order.
func (w *world) checkWalk(before, after map[string]bool, got []string) {
	seen := map[string]int{}
	for _, name := range got {
		if seen[name]++; seen[name] > 1 {
			w.t.Fatalf("%q came %d times in %q", name, seen[name], got)
		}
	}
	for name := range before {
		if after[name] && seen[name] == 0 {
			w.t.Fatalf("%q did not come in %q", name, got)
		}
	}
}

func TestWalkGroups(t *testing.T) {
	checkWorlds(t, func(w *world) {
		there := map[string]bool{}
		change := func() {
			name := w.name()
			if there[name] {
				w.must(w.DeleteLogGroup(w.ctx, &api.DeleteLogGroupRequest{LogGroupName: name}))
				delete(there, name)
			} else {
				w.createGroup(name)
				there[name] = true
			}
		}
		for range w.intn("groups", 0, 12) {
			change()
		}
		before := maps.Clone(there)
		list := w.intn("operation", 0, 1) == 1
		var got []string
		var token api.Opt[string]
		stayed := maps.Clone(there)
		for first := true; first || token.Set; first = false {
			var page []string
			if list {
				out, err := w.ListLogGroups(w.ctx, &api.ListLogGroupsRequest{Limit: w.limit(5), NextToken: token})
				w.must(err)
				for i := range out.LogGroups {
					page = append(page, out.LogGroups[i].LogGroupName.Value)
				}
				token = out.NextToken
			} else {
				out, err := w.DescribeLogGroups(w.ctx, &api.DescribeLogGroupsRequest{Limit: w.limit(5), NextToken: token})
				w.must(err)
				for i := range out.LogGroups {
					page = append(page, out.LogGroups[i].LogGroupName.Value)
				}
				token = out.NextToken
			}
			got = append(got, page...)
			for range w.intn("changes", 0, 2) {
				change()
			}
			keepOnly(stayed, there)
		}
		w.checkWalk(before, stayed, got)
		if !slices.IsSorted(got) {
			w.t.Fatalf("not sorted: %q", got)
		}
	})
}

func keepOnly(set, there map[string]bool) {
	maps.DeleteFunc(set, func(name string, _ bool) bool { return !there[name] })
}

func TestWalkStreams(t *testing.T) {
	checkWorlds(t, func(w *world) {
		w.createGroup("g")
		there, gone := map[string]bool{}, map[string]bool{}
		change := func() {
			name := w.name()
			switch {
			case gone[name]: // made anew it would be another stream, and might rightly come again
			case !there[name]:
				w.createStream(name)
				there[name] = true
			case w.intn("what", 0, 4) == 0:
				w.must(w.DeleteLogStream(w.ctx, &api.DeleteLogStreamRequest{LogGroupName: "g", LogStreamName: name}))
				delete(there, name)
				gone[name] = true
			default:
				w.put(name)
			}
		}
		for range w.intn("changes before", 0, 25) {
			change()
		}
		in := api.DescribeLogStreamsRequest{
			LogGroupName: api.Some("g"),
			OrderBy:      api.Some(rapid.SampledFrom([]api.OrderBy{api.OrderByLogStreamName, api.OrderByLastEventTime}).Draw(w.t, "order")),
			Descending:   api.Some(rapid.Bool().Draw(w.t, "descending")),
		}
		before, stayed := maps.Clone(there), maps.Clone(there)
		var got []string
		for first := true; first || in.NextToken.Set; first = false {
			in.Limit = w.limit(5)
			out, err := w.DescribeLogStreams(w.ctx, &in)
			w.must(err)
			for i := range out.LogStreams {
				got = append(got, out.LogStreams[i].LogStreamName.Value)
			}
			in.NextToken = out.NextToken
			for range w.intn("changes", 0, 3) {
				change()
			}
			keepOnly(stayed, there)
		}
		w.checkWalk(before, stayed, got)
	})
}

// Without changes the listings are in their documented order, and the descending one is the ascending one reversed.
func TestStreamOrder(t *testing.T) {
	checkWorlds(t, func(w *world) {
		w.createGroup("g")
		names := map[string]bool{}
		for range w.intn("streams", 0, 12) {
			if name := w.name(); !names[name] {
				names[name] = true
				w.createStream(name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if w.intn("put", 0, 2) > 0 {
				w.put(name)
			}
		}
		for _, order := range []api.OrderBy{api.OrderByLogStreamName, api.OrderByLastEventTime} {
			up, down := w.streams(order, false), w.streams(order, true)
			if !slices.IsSortedFunc(up, func(a, b string) int { return compareStreamKeys(order, a, b) }) {
				w.t.Fatalf("%s: %q", order, up)
			}
			slices.Reverse(down)
			if diff := cmp.Diff(up, down); diff != "" {
				w.t.Fatalf("%s: descending is another order:\n%s", order, diff)
			}
			if len(up) != len(names) {
				w.t.Fatalf("%d streams, want %d", len(up), len(names))
			}
		}
	})
}

// streams walks and returns "last event time name" of each stream.
func (w *world) streams(order api.OrderBy, descending bool) []string {
	in := api.DescribeLogStreamsRequest{LogGroupName: api.Some("g"), OrderBy: api.Some(order), Descending: api.Some(descending)}
	var keys []string
	for first := true; first || in.NextToken.Set; first = false {
		in.Limit = w.limit(5)
		out, err := w.DescribeLogStreams(w.ctx, &in)
		w.must(err)
		for _, s := range out.LogStreams {
			keys = append(keys, fmt.Sprintf("%020d %s", s.LastEventTimestamp.Value, s.LogStreamName.Value))
		}
		in.NextToken = out.NextToken
	}
	return keys
}

func compareStreamKeys(order api.OrderBy, a, b string) int {
	if order == api.OrderByLogStreamName {
		a, b = a[21:], b[21:]
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
