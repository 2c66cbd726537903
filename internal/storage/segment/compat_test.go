package segment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
)

// compatRuns are what testdata/compat's files hold.
func compatRuns() []testRun {
	runs := smallRuns()
	runs[2].messages[3] = []byte("zwölf Boxkämpfer\nüber den Sylter Deich")
	for i, id := range runs[4].ids {
		id.Timestamp += 1 << 40
		id.Ingestion = 1<<63 - 1
		id.Request = 1<<64 - 1
		id.Index = uint16(65528 + i)
		runs[4].ids[i] = id
	}
	return runs
}

// compatJSON has a block for each encoding of fields.
func compatJSON() []testRun {
	run := testRun{Stream: Stream{Group: 9, Stream: 90, GroupName: "/app/json", StreamName: "all", Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"}}}
	for i := range 60 {
		run.ids = append(run.ids, logs.EventID{Timestamp: int64(5000 + i), Ingestion: 6000, Request: 11, Index: uint16(i)})
		run.messages = append(run.messages, fmt.Appendf(nil, `{"status":%d,"ms":%d.%d,"seq":%d,"route":"/r/%d","user":{"id":"u-%d"},"ok":%v,"odd":[null,1e5,"\u00e9"],"last":%d}`,
			200+i/55*300, i*i%90, 1+i%9, 70000+3*i, i%4, i*7919, i%2 == 0, i/59*1_000_000))
	}
	run.messages[7] = []byte("no JSON")
	run.messages[8] = []byte(`{"status":200,"status":404,"other":-0}`)
	return []testRun{run}
}

var (
	compatFields  = []string{"status", "ms", "seq", "route", "user.id", "odd.1", "odd.2", "last", "other", "nowhere"}
	compatOptions = Options{
		BlockBytes: 2000, GroupRows: 30, Fields: field.Options{Columns: 64, Share: 4},
		Always: func(g logs.GroupID) []string { return []string{"user.id"}[:int(g)/9] },
	}
)

// TestCompat reads files of every version of the format that was ever released: they are never deleted. That of the latest
// is made by -update where it is missing.
func TestCompat(t *testing.T) {
	latest := filepath.Join("testdata", "compat", fmt.Sprintf("v%d.parquet", directoryVersion))
	if _, err := os.Stat(latest); *update && os.IsNotExist(err) {
		file, _ := encode(t, append(compatRuns(), compatJSON()...), compatOptions)
		if err := os.WriteFile(latest, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "compat", "*.parquet"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := open(t, b)
		if err := r.Verify(context.Background()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		golden(t, strings.TrimPrefix(strings.TrimSuffix(path, ".parquet"), "testdata/")+".txt", listing(t, r))
	}
}

// listFields prints the columns of the blocks, and what they say.
func listFields(t *testing.T, out *strings.Builder, r *Reader, run Run) {
	from, to := r.Blocks(run.Group)
	var x extras
	for at := from; at < to; at++ {
		if err := x.load(r, extraFields, at, at+1); err != nil {
			t.Fatal(err)
		}
		extra, err := x.of(&r.dir.blocks[at])
		if err != nil {
			t.Fatal(err)
		}
		var b field.Block
		if err := b.Open(extra, int(r.dir.blocks[at].rows)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(out, "block of %d rows has columns %q\n", r.dir.blocks[at].rows, b.Paths())
	}
	q := Query{Range: logs.AllTime, Columns: column.Time, Fields: compatFields}
	rows, _ := readFields(t, r.Cursor(run, q), q)
	for _, row := range rows {
		fmt.Fprintf(out, "%d: %s\n", row.id.Timestamp, row.fields)
	}
}

// listing is a segment's content as text.
func listing(t *testing.T, r *Reader) string {
	var out strings.Builder
	for _, g := range r.Meta().Groups {
		fmt.Fprintf(&out, "group %d: %d events, %d bytes, %d to %d\n", g.Group, g.Rows, g.Bytes, g.FirstEvent, g.LastEvent)
		for _, run := range r.Runs(g.Group) {
			fmt.Fprintf(&out, "stream %d %s %s in %s/%s\n", run.Stream.Stream, run.GroupName, run.StreamName, run.Scope.Account, run.Scope.Region)
			events, err := drain(r.Cursor(run, Query{Range: logs.AllTime}))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				fmt.Fprintf(&out, "%v %s %q\n", e.id, time.UnixMilli(e.id.Timestamp).UTC().Format(time.RFC3339Nano), e.message)
			}
			if run.Group == 9 {
				listFields(t, &out, r, run)
			}
		}
	}
	return out.String()
}
