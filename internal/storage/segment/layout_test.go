package segment

import (
	"context"
	"testing"
)

// TestLayout: the parts of a layout are the whole file, and the blocks' sizes those of the columns.
func TestLayout(t *testing.T) {
	file, _ := withExtras(t, smallRuns(), smallOptions)
	r := open(t, file)
	l := r.Layout()
	sum := int64(len(magic)) + l.Keys + l.PageIndex + l.Directory + l.Footer
	byBlock := make([]int64, len(l.Columns))
	rows := int64(0)
	for _, b := range l.Blocks {
		if b.FirstRow != rows {
			t.Errorf("block at row %d, want %d", b.FirstRow, rows)
		}
		rows += b.Rows
		for c, n := range b.Bytes {
			byBlock[c] += n
		}
	}
	for i, c := range l.Columns {
		sum += c.Bytes
		if c.Name == "" || c.Bytes == 0 || c.Bytes != byBlock[i] || c.Extra != (i >= int(eventColumns)) {
			t.Errorf("column %+v, %d bytes in blocks", c, byBlock[i])
		}
	}
	if sum != int64(len(file)) || rows != r.Meta().Rows || l.Version != directoryVersion {
		t.Errorf("parts have %d bytes of %d, blocks %d rows of %d, version %d", sum, len(file), rows, r.Meta().Rows, l.Version)
	}
}

// TestTallies: what Verify tells of runs is what was written.
func TestTallies(t *testing.T) {
	runs := smallRuns()
	file, _ := withExtras(t, runs, smallOptions)
	r := open(t, file)
	var got []Tally
	if err := r.VerifyRuns(context.Background(), func(tally Tally) { got = append(got, tally) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(r.All()) {
		t.Fatalf("%d tallies of %d runs", len(got), len(r.All()))
	}
	for i, tally := range got {
		var ingestion int64
		var request uint64
		for _, run := range runs {
			if run.Stream != tally.Stream {
				continue
			}
			for _, id := range run.ids {
				ingestion, request = max(ingestion, id.Ingestion), max(request, id.Request)
			}
		}
		if tally.Run != r.All()[i] || tally.LastIngestion != ingestion || tally.LastRequest != request {
			t.Errorf("%+v: want ingestion %d, request %d", tally, ingestion, request)
		}
	}
}
