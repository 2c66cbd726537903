package segment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tailrace/internal/logs"
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

// TestCompat reads files of every version of the format that was ever released: they are never deleted. The first one
// is made by -update where it is missing.
func TestCompat(t *testing.T) {
	first := filepath.Join("testdata", "compat", "v1.parquet")
	if _, err := os.Stat(first); *update && os.IsNotExist(err) {
		file, _ := encode(t, compatRuns(), smallOptions)
		if err := os.WriteFile(first, file, 0o644); err != nil {
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
		}
	}
	return out.String()
}
