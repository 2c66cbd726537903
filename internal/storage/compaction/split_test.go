package compaction

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
)

// show writes outputs as text: the group, and times in windows from start on.
func show(outputs []Output) string {
	var parts []string
	for _, o := range outputs {
		text := fmt.Sprint(o.Group)
		for _, r := range o.Ranges {
			from, to := fmt.Sprint(float64(r.Start-start)/float64(window)), fmt.Sprint(float64(r.End-start)/float64(window))
			if r.Start == logs.AllTime.Start {
				from = ""
			}
			if r.End == logs.AllTime.End {
				to = ""
			}
			text += " " + from + ".." + to
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func TestSplit(t *testing.T) {
	hours := func(group logs.GroupID, from, to, mebibytes int64) Part {
		return Part{Group: group, First: start + from*hour, Last: start + to*hour - 1, Bytes: mebibytes * mib}
	}
	tests := []struct {
		name  string
		parts []Part
		want  string
	}{
		{"nothing", nil, ""},
		{"a window", []Part{hours(1, 0, 6, 50), hours(2, 0, 6, 50)}, "0 .."},
		{"a window and a little of the one before", []Part{hours(1, -1, 6, 50), hours(2, 0, 6, 50)}, "0 .."},
		{"a large group and small ones", []Part{hours(1, 0, 6, 10), hours(2, 0, 6, 100), hours(3, 0, 6, 10)}, "2 .., 0 .."},
		{"a day, too little for windows", []Part{hours(1, 0, 24, 60), hours(2, 0, 24, 60)}, "0 .."},
		{"a day", []Part{hours(1, 0, 24, 400)}, "1 ..1, 1 1..2, 1 2..3, 1 3.."},
		{"a day of late events and a window", []Part{hours(1, 0, 24, 60), hours(2, 18, 24, 60), hours(3, 18, 24, 60)}, "0 3.., 0 ..3"},
		{"late events around a window", []Part{hours(1, 0, 24, 60), hours(2, 6, 12, 60), hours(3, 6, 12, 60)}, "0 1..2, 0 ..1 2.."},
		{"years of few events", []Part{{1, start, start + 5000*window - 1, 60 * mib}, {2, start, start + 5000*window - 1, 60 * mib}}, "0 .."},
		{"too much for a window", []Part{hours(1, 0, 6, 4000)}, "1 ..0.25, 1 0.25..0.5, 1 0.5..0.75, 1 0.75.."},
		{"too much for a moment", []Part{{1, start, start, 1 << 40}}, "1 .."},
	}
	for _, test := range tests {
		if got := show(Split(test.parts, Options{})); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// Whatever the parts are, each event has exactly one output, and there are not many.
func TestSplitCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{SegmentBytes: 1000, OwnBytes: 300, PieceBytes: rapid.Int64Range(1, 500).Draw(t, "piece")}
		span := rapid.SampledFrom([]int64{10, hour, 30 * window, 10_000 * window, logs.AllTime.End - start}).Draw(t, "span")
		var parts []Part
		sum := int64(0)
		for range rapid.IntRange(1, 20).Draw(t, "parts") {
			first := start + rapid.Int64Range(0, span-1).Draw(t, "first")
			p := Part{
				Group: logs.GroupID(rapid.IntRange(1, 3).Draw(t, "group")), First: first,
				Last: rapid.Int64Range(first, start+span-1).Draw(t, "last"), Bytes: rapid.Int64Range(0, 1000).Draw(t, "bytes"),
			}
			parts = append(parts, p)
			sum += p.Bytes
		}
		outputs := Split(parts, o)
		own := map[logs.GroupID]bool{}
		for _, x := range outputs {
			own[x.Group] = true
			if !slices.IsSortedFunc(x.Ranges, func(a, b logs.TimeRange) int {
				if a.End <= b.Start {
					return -1
				}
				return 1
			}) {
				t.Fatalf("ranges are not in order: %+v", x)
			}
		}
		for range 20 {
			group := logs.GroupID(rapid.IntRange(1, 4).Draw(t, "group"))
			ms := rapid.Int64Range(0, logs.AllTime.End-1).Draw(t, "time")
			n := 0
			for _, x := range outputs {
				if x.Group != group && (x.Group != 0 || own[group]) {
					continue
				}
				for _, r := range x.Ranges {
					if r.Contains(ms) {
						n++
					}
				}
			}
			if known := own[group] || own[0]; known && n != 1 || !known && n != 0 {
				t.Fatalf("%d outputs for group %d at %d: %+v", n, group, ms, outputs)
			}
		}
		if most := 4 + sum/o.PieceBytes; int64(len(outputs)) > most {
			t.Fatalf("%d outputs, want at most %d", len(outputs), most)
		}
	})
}
