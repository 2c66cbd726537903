package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/logs"
	"tailrace/internal/vfs"
)

var (
	here  = logs.Scope{Account: "111111111111", Region: "eu-west-1"}
	there = logs.Scope{Account: "222222222222", Region: "eu-west-1"}
	spec  = Spec{Scope: here, Language: "CWLI", Text: "fields @message", Groups: []string{"g"}, Start: 1, End: 2}
)

func open(t *testing.T, o Options) *Jobs {
	t.Helper()
	if o.FS == nil {
		o.FS = vfs.NewMem()
	}
	if err := errors.Join(o.FS.MkdirAll("/store"), o.FS.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	o.Dir = "/store/queries"
	j, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func start(t *testing.T, j *Jobs, run Run) string {
	t.Helper()
	id, err := j.Start(spec, run)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func rows(n int) (out []Row) {
	for i := range n {
		out = append(out, Row{{"@message", fmt.Sprint("event ", i)}, {"n", fmt.Sprint(i)}})
	}
	return out
}

func gives(n int) Run {
	return func(_ context.Context, p *Progress) ([]Row, error) {
		p.Report(Statistics{Matched: float64(n), Scanned: 100})
		return rows(n), nil
	}
}

// hangs runs until it is stopped and has shown what it has.
func hangs(shown []Row) Run {
	return func(ctx context.Context, p *Progress) ([]Row, error) {
		p.Offer(shown)
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// walk reads a whole result in pages.
func walk(t *testing.T, j *Jobs, id string, most int) (all []Row) {
	t.Helper()
	for at := (Cursor{}); ; {
		p, err := j.Get(here, id, at, most, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Rows) > most {
			t.Fatalf("a page of %d rows, at most %d were asked for", len(p.Rows), most)
		}
		all, at = append(all, p.Rows...), p.Next
		if !p.More {
			return all
		}
	}
}

func TestResultIsReadInPagesAndOutlivesTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem()
		j := open(t, Options{FS: fsys})
		id := start(t, j, gives(25))
		synctest.Wait()
		check := func(j *Jobs) {
			for _, most := range []int{1, 7, 25, 100} {
				if diff := cmp.Diff(rows(25), walk(t, j, id, most)); diff != "" {
					t.Fatal(diff)
				}
			}
			info, err := j.Info(here, id)
			if err != nil || info.Status != Complete || info.Rows != 25 || info.Statistics.Matched != 25 || info.Text != spec.Text {
				t.Fatalf("%+v, %v", info, err)
			}
		}
		check(j)
		j.Close()
		again := open(t, Options{FS: fsys.CrashClone(vfs.Crash{})})
		synctest.Wait()
		check(again)
		if list := again.List(here, func(*Info) bool { return true }); len(list) != 1 || list[0].ID != id {
			t.Fatalf("listed %+v", list)
		}
	})
}

func TestPagesEndAtBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{})
		id := start(t, j, func(context.Context, *Progress) ([]Row, error) {
			return []Row{{{"m", strings.Repeat("a", 700)}}, {{"m", strings.Repeat("b", 700)}}, {{"m", "c"}}}, nil
		})
		synctest.Wait()
		p, err := j.Get(here, id, Cursor{}, 10, 1000)
		if err != nil || len(p.Rows) != 1 || !p.More {
			t.Fatalf("%d rows, more %v, %v", len(p.Rows), p.More, err)
		}
		if p, err = j.Get(here, id, p.Next, 10, 1000); err != nil || len(p.Rows) != 2 || p.More {
			t.Fatalf("%d rows, more %v, %v", len(p.Rows), p.More, err)
		}
	})
}

func TestStopKeepsWhatWasFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{})
		id := start(t, j, hangs(rows(3)))
		synctest.Wait()
		p, err := j.Get(here, id, Cursor{}, 10, 1<<20)
		if err != nil || p.Status != Running || len(p.Rows) != 3 {
			t.Fatalf("while it runs: %+v, %v", p, err)
		}
		if err := j.Stop(there, id); !errors.Is(err, ErrNotFound) {
			t.Fatalf("another account may stop it: %v", err)
		}
		if err := j.Stop(here, id); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if p, err = j.Get(here, id, Cursor{}, 10, 1<<20); err != nil || p.Status != Cancelled || len(p.Rows) != 3 {
			t.Fatalf("stopped: %+v, %v", p, err)
		}
		if err := j.Stop(here, id); !errors.Is(err, ErrNotRunning) {
			t.Fatalf("stopped twice: %v", err)
		}
	})
}

func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		run    Run
		status Status
		reason string
	}{
		"deadline": {hangs(nil), Timeout, "deadline"},
		"error":    {func(context.Context, *Progress) ([]Row, error) { return nil, errors.New("too large") }, Failed, "too large"},
		"panic":    {func(context.Context, *Progress) ([]Row, error) { panic("index out of range") }, Failed, "index out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := open(t, Options{Deadline: time.Minute})
				id := start(t, j, c.run)
				time.Sleep(2 * time.Minute)
				info, err := j.Info(here, id)
				if err != nil || info.Status != c.status || !strings.Contains(info.Reason, c.reason) {
					t.Fatalf("%+v, %v", info, err)
				}
			})
		})
	}
}

func TestSlotsAndQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{Slots: 1, MaxQueries: 2})
		first, second := start(t, j, hangs(nil)), ""
		synctest.Wait()
		second = start(t, j, gives(1))
		synctest.Wait()
		if _, err := j.Start(spec, gives(1)); !errors.Is(err, ErrTooMany) {
			t.Fatalf("a third query: %v", err)
		}
		other := spec
		other.Scope = there
		if _, err := j.Start(other, gives(1)); err != nil {
			t.Fatalf("a query of another account: %v", err)
		}
		if info, err := j.Info(here, second); err != nil || info.Status != Scheduled {
			t.Fatalf("%+v, %v", info, err)
		}
		if err := j.Stop(here, first); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if info, err := j.Info(here, second); err != nil || info.Status != Complete {
			t.Fatalf("%+v, %v", info, err)
		}
	})
}

func TestQueryThatACrashCutShortHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem()
		j := open(t, Options{FS: fsys})
		id := start(t, j, hangs(rows(3)))
		synctest.Wait()
		again := open(t, Options{FS: fsys.CrashClone(vfs.Crash{Unsynced: vfs.Kept})})
		synctest.Wait()
		info, err := again.Info(here, id)
		if err != nil || info.Status != Failed || info.Reason == "" {
			t.Fatalf("%+v, %v", info, err)
		}
	})
}

func TestResultsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{Keep: time.Hour, KeepQueries: 3})
		var ids []string
		for range 5 {
			ids = append(ids, start(t, j, gives(1)))
			time.Sleep(time.Second)
		}
		for i, id := range ids {
			if _, err := j.Info(here, id); errors.Is(err, ErrNotFound) != (i < 2) {
				t.Fatalf("query %d of 5, 3 are kept: %v", i, err)
			}
		}
		time.Sleep(2 * time.Hour)
		if _, err := j.Info(here, ids[4]); !errors.Is(err, ErrNotFound) {
			t.Fatalf("after its time: %v", err)
		}
		if list := j.List(here, func(*Info) bool { return true }); len(list) != 0 {
			t.Fatalf("listed after their time: %+v", list)
		}
	})
}

// Results go, the oldest first, when all of them take more bytes than may be kept.
func TestResultsAreBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{})
		start(t, j, gives(50))
		synctest.Wait()
		size := j.Load().KeptBytes
		j = open(t, Options{KeepBytes: 3*size + size/2})
		var ids []string
		for range 5 {
			ids = append(ids, start(t, j, gives(50)))
			time.Sleep(time.Second)
		}
		for i, id := range ids {
			if _, err := j.Info(here, id); errors.Is(err, ErrNotFound) != (i < 2) {
				t.Errorf("query %d of 5, there is room for 3: %v", i, err)
			}
		}
		if l := j.Load(); l.Kept != 3 || l.KeptBytes > 3*size+size/2 {
			t.Errorf("%+v, a result has %d bytes", l, size)
		}
	})
}

func TestResultsOfOthersAreNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, Options{})
		id := start(t, j, gives(1))
		synctest.Wait()
		for scope, id := range map[logs.Scope]string{there: id, here: "../LOCK", {}: strings.Repeat("a", 36)} {
			if _, err := j.Info(scope, id); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v, %s: %v", scope, id, err)
			}
		}
	})
}

// slowFS creates files of results when it may resume.
type slowFS struct {
	vfs.FS
	resume <-chan struct{}
}

func (s slowFS) Create(name string) (vfs.File, error) {
	if strings.HasSuffix(name, unfinished) {
		<-s.resume
	}
	return s.FS.Create(name)
}

// TestSlotIsTakenUntilTheResultIsOnDisk: results that a slow disk has not taken yet hold the next query back.
func TestSlotIsTakenUntilTheResultIsOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resume := make(chan struct{})
		j := open(t, Options{FS: slowFS{vfs.NewMem(), resume}, Slots: 1})
		first, second := start(t, j, gives(1)), ""
		synctest.Wait()
		second = start(t, j, gives(1))
		synctest.Wait()
		for id, want := range map[string]Status{first: Complete, second: Scheduled} {
			if info, err := j.Info(here, id); err != nil || info.Status != want {
				t.Errorf("%+v, %v, want %v", info, err, want)
			}
		}
		close(resume)
		synctest.Wait()
		if info, err := j.Info(here, second); err != nil || info.Status != Complete {
			t.Fatalf("%+v, %v", info, err)
		}
	})
}

// TestDiskThatDoesNotAnswerLosesNoResult: what cannot be read at the start is not thrown away.
func TestDiskThatDoesNotAnswerLosesNoResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := vfs.NewMem()
		id := start(t, open(t, Options{FS: mem}), gives(5))
		synctest.Wait()
		open(t, Options{FS: vfs.Fault(mem, func(op vfs.Op) error {
			if op.Kind == vfs.OpReadAt {
				return errors.New("input/output error")
			}
			return nil
		})})
		synctest.Wait()
		if diff := cmp.Diff(rows(5), walk(t, open(t, Options{FS: mem}), id, 2)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestRefusedResultsAreBounded: of what the disk refuses only so much stays in memory, the newest.
func TestRefusedResultsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem()
		j := open(t, Options{FS: fsys})
		fsys.SetSpace(0)
		j.mostRefused = 1000
		var ids []string
		for range 3 {
			ids = append(ids, start(t, j, func(context.Context, *Progress) ([]Row, error) {
				return []Row{{{"m", strings.Repeat("a", 1500)}}}, nil
			}))
			synctest.Wait()
		}
		if load := j.Load(); load.Active != 1 {
			t.Errorf("%+v", load)
		}
		if got := walk(t, j, ids[2], 10); len(got) != 1 {
			t.Error(got)
		}
	})
}

func TestFullDiskKeepsResultsInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fsys := vfs.NewMem()
		j := open(t, Options{FS: fsys})
		fsys.SetSpace(0)
		id := start(t, j, gives(5))
		synctest.Wait()
		if diff := cmp.Diff(rows(5), walk(t, j, id, 2)); diff != "" {
			t.Fatal(diff)
		}
	})
}
