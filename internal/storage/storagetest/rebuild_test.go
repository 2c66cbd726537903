package storagetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// loseCatalog kills a store, gives it an empty catalog and rebuilds that with changed options.
func (s *Store) loseCatalog(t testing.TB, changes ...func(*storage.Options)) storage.Rebuilt {
	t.Helper()
	s.Kill()
	s.Catalog.Close()
	var err error
	if s.Catalog, err = sqlite.OpenMemory(); err != nil {
		t.Fatal(err)
	}
	o := s.Options
	o.FS, o.Dir = s.Disk, "data"
	for _, change := range changes {
		change(&o)
	}
	found, err := storage.Rebuild(context.Background(), o, s.Catalog, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.groups = map[string]catalog.Group{}
	groups, err := s.Catalog.AllGroups(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		s.groups[g.Name] = g
	}
	s.Open()
	return found
}

// A store that loses its catalog has every event that was flushed under its own name, and what is in the log alone
// under its own where a segment tells of it and under another otherwise. Statistics count what is there; ids go on.
func TestRebuild(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	put := func(group, stream, message string) {
		t.Helper()
		if _, err := s.Append(group, stream, event(int64(len(message)), message)); err != nil {
			t.Fatal(err)
		}
	}
	put("app", "a", "one")
	put("app", "b", "three")
	put("db", "a", "fifteen")
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	put("app", "a", "in the log")
	put("app", "new", "in the log alone")
	put("other", "new", "in the log alone, group and all")
	fresh, err := s.Stream("other", "new")
	if err != nil {
		t.Fatal(err)
	}
	found := s.loseCatalog(t)
	want := storage.Rebuilt{Segments: 1, Groups: 2, Streams: 3, Unnamed: 2}
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("rebuilt (-want +got):\n%s", diff)
	}
	for name, messages := range map[string][]string{
		"app/a": {"one", "in the log"}, "app/b": {"three"}, "db/a": {"fifteen"},
		fmt.Sprint("app/recovered/stream-", fresh.ID-1): {"in the log alone"},
		"recovered": {"in the log alone, group and all"},
	} {
		group, stream := split(name)
		if group == "recovered" {
			group, stream = fmt.Sprint("recovered/group-", fresh.Group), fmt.Sprint("recovered/stream-", fresh.ID)
		}
		got, err := s.stream(group, stream)
		if err != nil || len(got) != len(messages) {
			t.Errorf("%s: %v, %v, want %q", name, got, err, messages)
			continue
		}
		if err := s.checkCounts(group, stream, got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	made, err := s.Stream("app", "after")
	if err != nil || made.ID <= fresh.ID {
		t.Errorf("the next stream is %d, %v, after %d", made.ID, err, fresh.ID)
	}
	put("app", "a", "goes on")
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	if got, err := s.stream("app", "a"); err != nil || len(got) != 3 {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}

// TestModelRebuilt lets stores lose their catalogs in the middle of random lives, at a moment at which files that merges
// replaced may still be there: nothing that was flushed or logged is lost, and nothing is there twice.
func TestModelRebuilt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		defer h.end()
		removed, made := map[string][]byte{}, []string{}
		steps := h.steps()
		delete(steps, "delete") // what was deleted may come back
		delete(steps, "walk")
		steps["compact"] = func(t *rapid.T) {
			before := map[string][]byte{}
			for _, name := range h.Files("segments") {
				before[name] = content(h.T, h.Disk, "data/segments/"+name)
			}
			h.compact(t)
			made = nil
			for _, name := range h.Files("segments") {
				if before[name] == nil {
					made = append(made, name)
				}
				delete(before, name)
			}
			removed = before
		}
		steps["flush"] = func(t *rapid.T) {
			h.flush(t)
			clear(removed)
			made = nil
		}
		steps["lose the catalog"] = func(t *rapid.T) {
			must(t, h.Engine.Flush(context.Background())) // what is in the log alone would lose its name
			interrupted := rapid.Bool().Draw(t, "in the middle of a merge")
			for name, b := range removed {
				if interrupted || rapid.Bool().Draw(t, "still there") {
					store(h.T, h.Disk, "data/segments/"+name, b)
				}
			}
			for _, name := range made {
				if interrupted && rapid.Bool().Draw(t, "not there yet") {
					must(t, h.Disk.Remove("data/segments/"+name))
				}
			}
			clear(removed)
			made = nil
			must(t, h.Disk.SyncDir("data/segments"))
			empty := map[string][]string{}
			for _, group := range groupNames {
				for _, stream := range h.Streams(group) {
					if stats, _ := h.Stats(group, stream); stats.Events == 0 {
						empty[group] = append(empty[group], stream)
					}
				}
			}
			h.loseCatalog(h.T)
			for group, streams := range empty {
				for _, stream := range streams {
					h.Model.DeleteStream(group, stream)
				}
			}
			h.checkAll(t)
		}
		rt.Repeat(steps)
		h.checkAll(rt)
	})
}

// A catalog is made anew of any number of segments with few of their files open, segments that overlap among them.
func TestRebuildOpensFewFiles(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	for i := range int64(40) {
		if _, err := s.Append("app", "a", event(i, "first"), event(i+2, "second")); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	open, most := new(atomic.Int64), new(atomic.Int64)
	few := func(o *storage.Options) {
		o.MaxOpenSegments, o.FS = 4, handles{FS: o.FS, open: open, most: most}
	}
	if found := s.loseCatalog(t, few); found.Segments != 40 {
		t.Errorf("%d segments", found.Segments)
	}
	if open.Load() != 0 || most.Load() > 4+10 {
		t.Errorf("%d files are open, %d were at most", open.Load(), most.Load())
	}
	if got, err := s.stream("app", "a"); err != nil || len(got) != 80 {
		t.Errorf("%d events, %v", len(got), err)
	}
}

// Catalogs that are complete as of the last flush tell what was deleted.
func TestRebuildKnows(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	ctx := context.Background()
	for _, name := range []string{"app/a", "app/b", "db/c"} {
		group, stream := split(name)
		if _, err := s.Append(group, stream, event(1, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteStream("app", "b"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteGroup("db"); err != nil {
		t.Fatal(err)
	}
	live, flushed, err := s.Catalog.LiveSegments(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := s.Catalog.CommitSegments(ctx, catalog.Commit{Remove: []catalog.SegmentID{live[0].ID}}); err != nil {
		t.Fatal(err)
	}
	o := s.Options
	o.FS, o.Dir = s.Disk, "data"
	found, err := storage.Rebuild(ctx, o, s.Catalog, flushed)
	if err != nil || !found.Complete {
		t.Fatalf("%+v, %v", found, err)
	}
	s.Crash(vfs.Crash{})
	s.Open()
	if got, err := s.Scan("app", storage.Query{Range: logs.AllTime}); err != nil || len(got) != 1 || got[0].Message != "app/a" {
		t.Errorf("%v, %v", got, err)
	}
	groups, err := s.Catalog.AllGroups(ctx)
	if err != nil || len(groups) != 1 {
		t.Errorf("%v, %v", groups, err)
	}
}
