package storage

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
)

// Whatever the sequences, they come out in order of id.
func TestSorter(t *testing.T) {
	var s sorter // its memory is used again
	rapid.Check(t, func(t *rapid.T) {
		var rows []row
		for range rapid.IntRange(0, 9).Draw(t, "sequences") {
			times := rapid.SliceOfN(rapid.Int64Range(0, 9), 0, 9).Draw(t, "times")
			slices.Sort(times)
			for _, ms := range times {
				rows = append(rows, row{id: logs.EventID{Timestamp: ms, Index: uint16(len(rows))}})
			}
		}
		var got []logs.EventID
		for _, p := range s.sort(rows) {
			got = append(got, rows[p.row].id)
		}
		if !slices.IsSortedFunc(got, logs.EventID.Compare) || len(got) != len(rows) {
			t.Fatalf("%v of %v", got, rows)
		}
	})
}
