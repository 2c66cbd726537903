package compaction

import (
	"slices"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

const (
	minute = int64(60_000)
	hour   = 60 * minute
	window = 6 * hour
	mib    = int64(1 << 20)
	start  = 1_767_225_600_000 // midnight
)

// small has tiers from 1,000 bytes on, by fours, and no segment younger than an hour.
var small = Options{FanOut: 4, MaxInputs: 6, SegmentBytes: 16_000, OwnBytes: 1 << 40, PieceBytes: 1}

// at gives segments of so many bytes that each have a minute of events, an hour apart.
func at(first int64, sizes ...int64) (list []Segment) {
	for i, n := range sizes {
		from := first + int64(i)*hour/4
		list = append(list, Segment{ID: catalog.SegmentID(len(list) + 1), Bytes: n, First: from, Last: from + minute, Since: from + hour})
	}
	return list
}

var quietSmall = Options{FanOut: 4, SegmentBytes: 16_000, OwnBytes: 1 << 40, PieceBytes: 8000}

// apart gives small segments of windows that follow each other, whose groups keep events for so many milliseconds.
func apart(retention int64) (list []Segment) {
	for i := range int64(4) {
		from := start + i*window
		list = append(list, Segment{ID: catalog.SegmentID(i + 1), Bytes: 1000, First: from, Last: from + minute, Since: from + hour, Retention: retention})
	}
	return list
}

func TestPlan(t *testing.T) {
	late := start + 3*window
	tests := []struct {
		name    string
		live    []Segment
		now     int64
		options Options
		want    [][]catalog.SegmentID
	}{
		{name: "nothing", now: start, options: small},
		{name: "too few of a size", live: at(start, 1000, 1000, 1000), now: start + hour, options: small},
		{name: "enough of a size", live: at(start, 1000, 1100, 1200, 1300), now: start + hour, options: small, want: [][]catalog.SegmentID{{1, 2, 3, 4}}},
		{name: "of two sizes", live: at(start, 1000, 5000, 1000, 5000, 1000), now: start + hour, options: small},
		{name: "as many as a merge takes", live: at(start, 1000, 1000, 1000, 1000, 1000, 1000, 1000), now: start + hour, options: small, want: [][]catalog.SegmentID{{1, 2, 3, 4, 5, 6}}},
		{name: "as many as make one segment", live: at(start, 9000, 9000, 9000, 9000, 9000), now: start + hour, options: small, want: [][]catalog.SegmentID{{1, 2, 3}}},
		{name: "large ones stay", live: at(start, 16_000, 17_000, 18_000, 19_000, 20_000), now: late, options: small},
		{name: "of two windows, one of which is quiet", live: append(at(start, 1000, 1000), moved(at(start+window, 1000, 1000), 2)...), now: start + window + hour, options: small, want: [][]catalog.SegmentID{{1, 2}}},
		{name: "a window and the end of the one before", live: append(at(start+window, 1000, 1000, 1000), Segment{ID: 9, Bytes: 1000, First: start + window - hour, Last: start + window}), now: start + window + hour, options: small, want: [][]catalog.SegmentID{{9, 1, 2, 3}}},
		{name: "what is left when it is quiet", live: at(start, 1000, 1000, 3000), now: late, options: small, want: [][]catalog.SegmentID{{1, 2}}},
		{name: "what is left is too large for the others", live: at(start, 100, 3000), now: late, options: small},
		{name: "small ones of quiet windows apart", live: apart(0), now: late + 30*24*hour, options: quietSmall, want: [][]catalog.SegmentID{{1, 2, 3, 4}}},
		{name: "what is not kept for long stays apart", live: apart(24 * hour), now: late + 30*24*hour, options: quietSmall},
		{name: "it is not quiet", live: at(start, 1000, 1000, 3000), now: start + hour, options: small},
		{name: "groups of their own apart", live: []Segment{{ID: 1, Group: 1, Bytes: 900}, {ID: 2, Group: 1, Bytes: 900}, {ID: 3, Group: 2, Bytes: 900}, {ID: 4, Group: 2, Bytes: 900}}, options: Options{FanOut: 2, OwnBytes: 800}, want: [][]catalog.SegmentID{{1, 2}, {3, 4}}},
		{name: "small ones of one group share", live: []Segment{{ID: 1, Group: 1, Bytes: 700}, {ID: 2, Group: 2, Bytes: 700}}, options: Options{FanOut: 2, OwnBytes: 800}, want: [][]catalog.SegmentID{{1, 2}}},
		{name: "all of time", live: []Segment{{ID: 1, Last: logs.AllTime.End - 1}, {ID: 2, Last: logs.AllTime.End - 1}}, options: Options{FanOut: 2}, want: [][]catalog.SegmentID{{1, 2}}},
		{
			name: "large ones that overlap", now: late, options: small, want: [][]catalog.SegmentID{{1, 2, 3, 4}},
			live: []Segment{
				{ID: 1, Bytes: 16_000, First: start, Last: start + 5*hour},
				{ID: 2, Bytes: 16_000, First: start + hour, Last: start + 5*hour},
				{ID: 3, Bytes: 16_000, First: start + hour, Last: start + 5*hour},
				{ID: 4, Bytes: 16_000, First: start + 2*hour, Last: start + 5*hour},
			},
		},
	}
	for _, test := range tests {
		var got [][]catalog.SegmentID
		for _, j := range Plan(test.live, test.now, test.options) {
			got = append(got, j.Inputs)
		}
		if !slices.EqualFunc(got, test.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func moved(list []Segment, ids catalog.SegmentID) []Segment {
	for i := range list {
		list[i].ID += ids
	}
	return list
}

func TestCells(t *testing.T) {
	o := Options{}.WithDefaults()
	tests := []struct {
		name        string
		first, last int64
		least       int
		want        cell
	}{
		{"a moment", start, start, 0, cell{0, start / window}},
		{"a window", start, start + window - 1, 0, cell{0, start / window}},
		{"a little of the one before", start - window/4, start, 0, cell{0, start / window}},
		{"more of the one before", start - window/4 - 1, start, 0, cell{1, start / (4 * window)}},
		{"a day", start, start + 4*window - 1, 0, cell{1, start / (4 * window)}},
		{"a minute, finer", start, start + minute, minLevel, cell{minLevel, start * 256 / window}},
		{"all of time", 0, logs.AllTime.End - 1, 0, cell{18, (logs.AllTime.End - 1) / o.length(18)}},
	}
	for _, test := range tests {
		if got := o.cellOf(test.first, test.last, test.least); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
	if o.length(100) != o.length(18) || !o.isWidest(18) || o.isWidest(17) {
		t.Errorf("lengths %d %d", o.length(18), o.length(100))
	}
	if tiny := (Options{Window: time.Millisecond}).WithDefaults(); tiny.length(minLevel) != 1 {
		t.Errorf("length %d", tiny.length(minLevel))
	}
}
