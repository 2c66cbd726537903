package segment

import (
	"errors"
	"slices"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/logs"
)

// After Skip exactly the events of damaged blocks are missing.
func TestSkip(t *testing.T) {
	runs := smallRuns()
	file, _ := encode(t, runs, smallOptions)
	whole := open(t, file)
	damaged := map[int]bool{1: true, 3: true}
	for b := range damaged {
		file[whole.dir.blocks[b].page[colMessage].offset+40] ^= 1
	}
	var want []event
	row := int64(0)
	for i := range runs {
		for j, e := range runs[i].naive(Query{Range: logs.AllTime}) {
			block := blockOf(whole, row+int64(j))
			if !damaged[block] {
				want = append(want, e)
			}
		}
		row += int64(len(runs[i].ids))
	}
	r := open(t, file)
	var got []event
	for _, g := range r.Meta().Groups {
		c := r.Scan(g.Group, Query{Range: logs.AllTime}, nil)
		got = append(got, skipping(t, c)...)
		c.Close()
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d events, want %d:\n%v\n%v", len(got), len(want), got, want)
	}
	var reversed []event
	for _, run := range slices.Backward(r.All()) {
		c := r.Cursor(run, Query{Range: logs.AllTime, Reverse: true})
		reversed = append(reversed, skipping(t, c)...)
		c.Close()
	}
	slices.Reverse(reversed)
	if !slices.Equal(reversed, want) {
		t.Errorf("reversed cursors gave %d events, want %d", len(reversed), len(want))
	}
}

func blockOf(r *Reader, row int64) int {
	for i, b := range r.dir.blocks {
		if row < b.firstRow+int64(b.rows) {
			return i
		}
	}
	return -1
}

// skipping reads what can be read.
func skipping(t *testing.T, c *Cursor) (events []event) {
	var b column.Batch
	for {
		more, err := c.Next(&b)
		var corrupt *CorruptError
		switch {
		case errors.As(err, &corrupt):
			c.Skip()
			continue
		case err != nil:
			t.Fatal(err)
		case !more:
			return events
		}
		for i := range b.Len() {
			events = append(events, event{b.ID[i], b.Stream[i], b.StreamName[i], string(b.Message[i])})
		}
	}
}

// Narrowing while a cursor is under way leaves out all blocks beyond the bound that it has not come to.
func TestNarrow(t *testing.T) {
	run := testRun{Stream: Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}}
	for i := range 100 {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(i)})
		run.messages = append(run.messages, []byte("0123456789"))
	}
	file, _ := encode(t, []testRun{run}, Options{BlockBytes: 100})
	r := open(t, file)
	for _, reverse := range []bool{false, true} {
		q := Query{Range: logs.AllTime, Reverse: reverse}
		c := r.Cursor(r.All()[0], q)
		var b column.Batch
		if more, err := c.Next(&b); err != nil || !more {
			t.Fatal(more, err)
		}
		c.NarrowBefore(logs.EventID{Timestamp: 55})
		c.NarrowAfter(logs.EventID{Timestamp: 44})
		got, err := drain(c)
		q.After, q.Before = logs.EventID{Timestamp: 44}, logs.EventID{Timestamp: 55}
		if want := run.naive(q); err != nil || !slices.Equal(got, want) {
			t.Errorf("reverse=%v: %v, %v, want %v", reverse, got, err, want)
		}
	}
}
