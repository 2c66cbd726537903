package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tailrace/internal/catalog"
)

// What can be read of a damaged catalog comes over, and what cannot is named; the live set never does.
func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "catalog.db")
	c := openFile(t, file, Options{})
	ctx := t.Context()
	g, err := c.CreateGroup(ctx, catalog.Group{Name: "g", RetentionDays: 7}, map[string]string{"k": "v"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		if _, err := c.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: fmt.Sprintf("%0200d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.CommitSegments(ctx, catalog.Commit{Add: []catalog.Segment{{ID: 1, Object: "x"}}, Flushed: 5}); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, tc := range []struct {
		from    string
		damaged bool
	}{{file, false}, {"catalog.db", false}, {file, true}, {"catalog.db", true}} {
		damaged := tc.damaged
		if damaged { // the last pages hold the last streams
			clear(b[len(b)-3*4096:])
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		made, got, err := Salvage(ctx, tc.from, tc.from+".new")
		if err != nil {
			t.Fatal(err)
		}
		if got.IsWhole("streams") == damaged || !got.IsWhole("groups", "group_tags") || got.Flushed != 5 {
			t.Errorf("damaged %v: %+v", damaged, got)
		}
		if n := got.Rows["streams"]; damaged && (n == 0 || n == 300) || !damaged && n != 300 {
			t.Errorf("damaged %v: %d streams", damaged, n)
		}
		if kept, err := made.GroupByID(ctx, g.ID); err != nil || kept != g {
			t.Errorf("group %+v, %v", kept, err)
		}
		if live, flushed, err := made.LiveSegments(ctx); err != nil || len(live) != 0 || flushed != 0 {
			t.Errorf("live set %v, %d, %v", live, flushed, err)
		}
		if s, err := made.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: "next"}); err != nil || s.ID != 301 {
			t.Errorf("the next stream is %d, %v", s.ID, err)
		}
		if err := made.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := Replace(file, file+".new", filepath.Join(dir, "quarantine"), "now"); err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "quarantine", "catalog.db-now")); err != nil || !slices.Equal(kept, b) {
		t.Errorf("the damaged file is not kept: %v", err)
	}
	c = openFile(t, file, Options{Check: true})
	defer c.Close()
	if _, err := c.Stream(ctx, g.ID, "next"); err != nil {
		t.Error(err)
	}
}

// A newer one of two streams with a name is the one that is there; what counts more batches keeps its statistics.
func TestRestore(t *testing.T) {
	c := openMemory(t)
	defer c.Close()
	ctx := t.Context()
	streams := []catalog.Stream{
		{ID: 5, Group: 2, Name: "s", Stats: catalog.StreamStats{Events: 5, Sequence: 50}},
		{ID: 9, Group: 2, Name: "s", Stats: catalog.StreamStats{Events: 9, Sequence: 90}},
		{ID: 7, Group: 2, Name: "s"},
		{ID: 3, Group: 1, Name: "of an older group"},
	}
	groups := []catalog.Group{{ID: 1, Name: "g"}, {ID: 2, Name: "g"}}
	for _, contents := range []catalog.Contents{
		{Groups: groups, Streams: streams, LastStream: 9, LastSegment: 4, Flushed: 90, Segments: []catalog.Segment{{ID: 4, Object: "x"}}},
		{Streams: []catalog.Stream{{ID: 9, Group: 2, Name: "s", Stats: catalog.StreamStats{Events: 1, Sequence: 80}}, {ID: 11, Group: 2, Name: "deleted"}}, Complete: true},
	} {
		if err := c.Restore(ctx, contents); err != nil {
			t.Fatal(err)
		}
		all, err := c.ListStreams(ctx, catalog.StreamQuery{Group: 2, Limit: 9})
		if err != nil || len(all) != 1 || all[0].ID != 9 || all[0].Stats.Events != 9 {
			t.Errorf("streams %+v, %v", all, err)
		}
	}
	dropped, err := c.DroppedStreams(ctx)
	if err != nil || len(dropped) != 3 || dropped[5] != 2 || dropped[7] != 2 || dropped[11] != 2 {
		t.Errorf("dropped %v, %v", dropped, err)
	}
	if list, err := c.AllGroups(ctx); err != nil || len(list) != 1 || list[0].ID != 2 {
		t.Errorf("groups %v, %v", list, err)
	}
	if id, err := c.NextSegment(ctx); err != nil || id != 5 {
		t.Errorf("next segment %d, %v", id, err)
	}
}
