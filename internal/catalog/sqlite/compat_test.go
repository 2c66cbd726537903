package sqlite

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

var update = flag.Bool("update", false, "make the database of the latest version where it is missing")

var compatScope = logs.Scope{Account: "111111111111", Region: "eu-west-1"}

// compatContents is what testdata/compat's databases hold, as the catalog's methods tell it.
type compatContents struct {
	Groups  []catalog.Group
	Tags    map[string]string
	Streams []catalog.Stream
	Dropped map[logs.StreamID]logs.GroupID
	Keys    []catalog.Key
	Live    []catalog.Segment
	Flushed uint64
	Queries []catalog.QueryDefinition // from version 2 on
	Tables  []catalog.LookupTable     // from version 3 on
}

func compatWant(version int) compatContents {
	want := compatContents{
		Groups: []catalog.Group{
			{ID: 1, Scope: compatScope, Name: "/app/web", Created: 1000, Class: "STANDARD", RetentionDays: 7, DeletionProtection: true},
			{ID: 2, Scope: compatScope, Name: "/app/web\xff", Created: 1001, Class: "INFREQUENT_ACCESS", KMSKeyID: "arn:aws:kms:eu-west-1:111111111111:key/k"},
		},
		Tags: map[string]string{"team": "Tag", "ä": ""},
		Streams: []catalog.Stream{
			{ID: 2, Group: 1, Name: "silent", Created: 1004},
			{ID: 1, Group: 1, Name: "web-1", Created: 1003, Stats: catalog.StreamStats{FirstEvent: 5, LastEvent: 9, LastIngestion: 1<<63 - 1, Events: 3, Bytes: 33, Sequence: 1<<64 - 1}},
		},
		Dropped: map[logs.StreamID]logs.GroupID{3: 1},
		Keys:    []catalog.Key{{AccessKeyID: "AKIA1", Account: "111111111111", Description: "build farm", Secret: []byte{1, 0, 255}, Created: 7, Disabled: true}},
		Live: []catalog.Segment{{ID: 1, Object: "0000000000000001.parquet", Size: 4096, Groups: []catalog.SegmentGroup{
			{Group: 1, Rows: 3, Bytes: 33, FirstEvent: 5, LastEvent: 9},
		}}},
		Flushed: 12,
	}
	if version >= 2 {
		want.Queries = []catalog.QueryDefinition{{
			Scope: compatScope, ID: "id", Name: "errors", Language: "CWLI", Text: `filter level = "{{level}}"`, Groups: []string{"/app/web"},
			Parameters: []catalog.QueryParameter{{Name: "level"}, {Name: "n", Default: new("20"), Description: new("")}}, Modified: 8,
		}}
	}
	if version >= 3 {
		want.Tables = []catalog.LookupTable{{
			Scope: compatScope, Name: "users", Description: "who", Size: 16, Fields: []string{"id", "name"}, Records: 1, Tags: map[string]string{"a": "b"}, Updated: 9,
		}}
	}
	return want
}

// makeCompat fills a new catalog.
func makeCompat(t *testing.T, version int, file string) {
	c, ctx, want := openFile(t, file, Options{}), t.Context(), compatWant(version)
	fail := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, g := range want.Groups {
		tags := map[string]string{}
		if i == 0 {
			tags = want.Tags
		}
		_, err := c.CreateGroup(ctx, g, tags)
		fail(err)
	}
	fail(c.SetDeletionProtection(ctx, 1, true))
	for _, s := range []catalog.Stream{want.Streams[1], want.Streams[0], {Group: 1, Name: "deleted", Created: 1005}} {
		_, err := c.CreateStream(ctx, s)
		fail(err)
	}
	_, err := c.NextSegment(ctx)
	fail(err)
	fail(c.CommitSegments(ctx, catalog.Commit{Add: want.Live, Streams: []catalog.StreamUpdate{{ID: 1, Stats: want.Streams[1].Stats}}, Flushed: want.Flushed}))
	fail(c.DeleteStream(ctx, 3))
	for _, k := range want.Keys {
		fail(c.CreateKey(ctx, k))
		fail(c.SetKeyDisabled(ctx, k.AccessKeyID, k.Disabled))
	}
	for _, d := range want.Queries {
		fail(c.CreateQueryDefinition(ctx, d, 1))
	}
	for _, table := range want.Tables {
		table.Body = []byte("id,name\n1,Anna\n\n")
		fail(c.CreateLookupTable(ctx, table, 1))
	}
	fail(c.Close())
}

func readCompat(t *testing.T, c *Catalog) (got compatContents) {
	ctx := t.Context()
	var errs [8]error
	got.Groups, errs[0] = c.AllGroups(ctx)
	got.Tags, errs[1] = c.GroupTags(ctx, 1)
	got.Streams, errs[2] = c.ListStreams(ctx, catalog.StreamQuery{Group: 1, Limit: 10})
	got.Dropped, errs[3] = c.DroppedStreams(ctx)
	got.Keys, errs[4] = c.ListKeys(ctx)
	got.Live, got.Flushed, errs[5] = c.LiveSegments(ctx)
	got.Queries, errs[6] = c.ListQueryDefinitions(ctx, catalog.QueryDefinitionQuery{Scope: compatScope, Limit: 10})
	got.Tables, errs[7] = c.ListLookupTables(ctx, catalog.LookupTableQuery{Scope: compatScope, Limit: 10})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// TestCompat reads and goes on with databases of versions of the tables that were released: they are never deleted. That of the latest
// is made by -update where it is missing.
func TestCompat(t *testing.T) {
	const latest = 3
	for _, version := range []int{1, latest} {
		golden := filepath.Join("testdata", "compat", fmt.Sprintf("v%d.db", version))
		if _, err := os.Stat(golden); *update && os.IsNotExist(err) && version == latest {
			makeCompat(t, version, golden)
		}
		b, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "catalog.db")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c := openFile(t, file, Options{Check: true})
		if diff := cmp.Diff(compatWant(version), readCompat(t, c), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("version %d (-want +got):\n%s", version, diff)
		}
		if s, err := c.CreateStream(t.Context(), catalog.Stream{Group: 1, Name: "next"}); err != nil || s.ID != 4 {
			t.Errorf("version %d: the next stream is %d, %v", version, s.ID, err)
		}
		if id, err := c.NextSegment(t.Context()); err != nil || id != 2 {
			t.Errorf("version %d: the next segment is %d, %v", version, id, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
