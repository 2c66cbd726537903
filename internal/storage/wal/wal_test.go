package wal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"tailrace/internal/vfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newerHeader is a file's header with the next version.
func newerHeader(b []byte) []byte {
	h := append([]byte(nil), b[:fileHeader]...)
	binary.LittleEndian.PutUint32(h[8:], version+1)
	binary.LittleEndian.PutUint32(h[fileHeader-4:], crc32.Checksum(h[:fileHeader-4], castagnoli))
	return h
}

// TestAppendTogether appends from many goroutines: sequences have no holes, every record is applied before its Append
// returns and in order, and groups share syncs.
func TestAppendTogether(t *testing.T) {
	fs := vfs.OS()
	var records, bytes int
	o := Options{FS: fs, Dir: t.TempDir() + "/wal", Now: time.Now, FileBytes: 64 << 10, OnSync: func(_ time.Duration, r, b int) {
		records += r
		bytes += b
	}}
	l, _, err := Open(o, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 16, 40
	var applied uint64 // by the writer alone
	seen := make([]bool, writers*each+1)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				var mine uint64
				seq, err := l.Append(t.Context(), fmt.Appendf(nil, "%d-%d", w, i), func(seq uint64) {
					if applied++; applied != seq {
						t.Errorf("applied %d as number %d", seq, applied)
					}
					mine = seq
					seen[seq] = true
				})
				if err != nil || seq != mine {
					t.Errorf("append: %d, applied as %d, %v", seq, mine, err)
				}
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := l.Stats()
	if s.Appends != writers*each || s.Syncs > s.Appends || s.Groups != s.Syncs || records != writers*each || uint64(bytes) != s.Bytes {
		t.Errorf("stats %+v, observed %d records of %d bytes", s, records, bytes)
	}
	n := uint64(0)
	l, rec, err := Open(o, 0, func(seq uint64, _ []byte) error {
		if n++; seq != n || !seen[seq] {
			t.Errorf("replayed %d as number %d", seq, n)
		}
		return nil
	})
	if err != nil || rec.Records != writers*each {
		t.Fatalf("%v, %+v", err, rec)
	}
	l.Close()
}

// TestCancel withdraws records before the writer has them, and waits for the outcome after that.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _, err := Open(small(disk()), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		blocked := make(chan struct{})
		first := make(chan error, 1)
		go func() {
			_, err := l.Append(ctx, []byte("taken"), func(uint64) { <-blocked })
			first <- err
		}()
		synctest.Wait() // the writer is in apply
		second := make(chan error, 1)
		go func() {
			_, err := l.Append(ctx, []byte("withdrawn"), func(uint64) { t.Error("applied a withdrawn record") })
			second <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-second; !errors.Is(err, context.Canceled) {
			t.Errorf("withdrawn: %v", err)
		}
		synctest.Wait()
		select {
		case err := <-first:
			t.Errorf("returned before the outcome: %v", err)
		default:
		}
		close(blocked)
		if err := <-first; err != nil {
			t.Errorf("taken: %v", err)
		}
		if _, err := l.Append(ctx, nil, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("append with an ended context: %v", err)
		}
		if seq, err := l.Append(t.Context(), []byte("next"), nil); seq != 2 || err != nil {
			t.Errorf("next: %d, %v", seq, err)
		}
		l.Close()
	})
}

func TestClosed(t *testing.T) {
	l, _, err := Open(small(disk()), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Append(t.Context(), nil, nil); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("append after close: %v", err)
	}
}

func TestTooLarge(t *testing.T) {
	l, _, err := Open(small(disk()), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Append(t.Context(), make([]byte, MaxRecordBytes+1), nil); !errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnavailable) {
		t.Errorf("append: %v", err)
	}
}

// TestGroupSize holds that a group ends before it exceeds its bound, and that one record always fits.
func TestGroupSize(t *testing.T) {
	o := small(disk())
	o.MaxBatchBytes = 100
	g := newLedger(t)
	l, _ := g.reopen(o)
	defer l.Close()
	g.append(l, 50, 30, 30, 200, 1)
	if s := l.Stats(); s.Groups != 4 || s.Appends != 5 {
		t.Errorf("stats %+v", s)
	}
}

// TestCut holds which files go: those below the position, and the active one only if it is covered and has some size.
func TestCut(t *testing.T) {
	fs := disk()
	g := newLedger(t)
	o := small(fs)
	o.FileBytes = 16 << 10
	l, _ := g.reopen(o)
	for range 6 { // two a file
		if err := g.append(l, 4000); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		through uint64
		files   int
	}{{0, 3}, {1, 3}, {2, 2}, {3, 2}, {4, 1}, {5, 1}, {6, 0}} {
		if err := g.flush(l, step.through); err != nil {
			t.Fatal(err)
		}
		names, _ := fs.List(o.Dir)
		if s := l.Stats(); s.Files != step.files || len(names) != step.files {
			t.Errorf("cut through %d: %d files, %v", step.through, s.Files, names)
		}
		if (l.active == nil) != (step.through == 6) {
			t.Errorf("cut through %d: active file given up: %v", step.through, l.active == nil)
		}
	}
	if err := g.append(l, 10); err != nil {
		t.Fatal(err)
	}
	if g.applied != 7 {
		t.Errorf("sequence %d after everything was cut", g.applied)
	}
	o.FileBytes = 1 << 20
	l.Close()
	l, _ = g.reopen(o)
	g.flush(l, 7)
	if s := l.Stats(); s.Files != 1 {
		t.Errorf("a small active file was cut: %+v", s)
	}
	l.Close()
}

// TestCutInOrder holds that no file outlives the ones after it, whatever a crash does to the directory.
func TestCutInOrder(t *testing.T) {
	fs, _ := life(t)
	var calls []string
	l, rec, err := Open(small(vfs.Fault(fs, func(op vfs.Op) error {
		if op.Kind == vfs.OpRemove || op.Kind == vfs.OpSyncDir {
			calls = append(calls, op.Kind.String()+" "+op.Name)
		}
		return nil
	})), 0, func(uint64, []byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	calls = nil
	if err := l.Cut(rec.Last); err != nil {
		t.Fatal(err)
	}
	want := "[remove data/wal/0000000001.wal syncdir data/wal remove data/wal/0000000002.wal syncdir data/wal remove data/wal/0000000003.wal syncdir data/wal]"
	if fmt.Sprint(calls) != want {
		t.Errorf("got %v", calls)
	}
}

// TestFlushedBeyond opens a log whose records end before the flushed position: sequences go on behind that.
func TestFlushedBeyond(t *testing.T) {
	fs, g := disk(), newLedger(t)
	l, _ := g.reopen(small(fs))
	g.append(l, 10, 10)
	l.Close()
	g.flushed, g.applied = 10, 10
	for range 2 {
		l, rec := g.reopen(small(fs))
		if rec.Skipped > 2 || rec.Lost != 0 {
			t.Errorf("%+v", rec)
		}
		if err := g.append(l, 10); err != nil {
			t.Fatal(err)
		}
		if s := l.Stats(); s.Files != 2 {
			t.Errorf("want a second file for the second run of sequences: %+v", s)
		}
		l.Close()
	}
	if g.applied != 12 {
		t.Errorf("last sequence %d, want 12", g.applied)
	}
}

// TestUnfinishedFileIsUsed lets the process end while a file is begun, by a full disk or a signal: the next start may go on
// in that file, whose name nobody had made durable, and a power cut then takes nothing that was acknowledged.
func TestUnfinishedFileIsUsed(t *testing.T) {
	for _, written := range []int64{fileHeader, headerCopy + fileHeader, recordsStart} {
		fs, g := disk(), newLedger(t)
		l, _ := g.reopen(small(fs))
		g.append(l, 10)
		l.Close()
		begun := header{salt: 1, number: 2, first: 2}.append(nil)[:written]
		f, err := fs.Create("data/wal/" + fileName(2))
		if err == nil {
			_, err = f.WriteAt(begun, 0)
		}
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		l, _ = g.reopen(small(fs))
		if err := g.append(l, 20); err != nil {
			t.Fatal(err)
		}
		clone := fs.CrashClone(vfs.Crash{Unsynced: vfs.Lost})
		l.Close()
		l, _ = g.reopen(small(clone))
		l.Close()
	}
}

// TestReplayError holds that an error of replay ends Open and leaves the log as it was.
func TestReplayError(t *testing.T) {
	fs, g := life(t)
	boom := errors.New("boom")
	if _, _, err := Open(small(fs), 0, func(seq uint64, _ []byte) error {
		if seq == 8 {
			return boom
		}
		return nil
	}); !errors.Is(err, boom) {
		t.Errorf("open: %v", err)
	}
	l, _ := g.reopen(small(fs))
	l.Close()
}

// TestInterval syncs on a timer: acknowledged records are safe from the end of the process at once, from a power cut after
// the interval.
func TestInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs, g := disk(), newLedger(t)
		var fail atomic.Bool
		o := small(vfs.Fault(fs, func(op vfs.Op) error {
			if op.Kind == vfs.OpSync && fail.Swap(false) {
				return errIO
			}
			return nil
		}))
		o.Sync, o.Interval, o.FileBytes = SyncInterval, time.Second, 1<<20
		l, _ := g.reopen(o)
		g.append(l, 10)
		g.append(l, 20, 30)
		goOn(g.clone(), fs.CrashClone(vfs.Crash{Unsynced: vfs.Kept}))
		goOn(newLedger(t), fs.CrashClone(vfs.Crash{}))
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		goOn(g.clone(), fs.CrashClone(vfs.Crash{}))
		if s := l.Stats(); s.Syncs != 1 || s.Groups != 2 {
			t.Errorf("stats %+v", s)
		}
		g.append(l, 40)
		fail.Store(true)
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if err := g.append(l, 50); err != nil {
			t.Errorf("append after a failed sync: %v", err)
		}
		if s := l.Stats(); s.Files != 2 || s.Failures != 1 {
			t.Errorf("stats %+v", s)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		goOn(g.clone(), fs.CrashClone(vfs.Crash{Unsynced: vfs.Kept}))
	})
}

// TestIntervalTorn tears several groups that were acknowledged without a sync: what is left is a prefix, not damage.
func TestIntervalTorn(t *testing.T) {
	fs, g := disk(), newLedger(t)
	o := small(fs)
	o.Sync, o.Interval, o.FileBytes = SyncInterval, time.Hour, 1<<20
	l, _ := g.reopen(o)
	for range 8 {
		g.append(l, 40, 60)
	}
	for seed := range uint64(200) {
		left := newLedger(t)
		after, rec := left.reopen(small(fs.CrashClone(vfs.Crash{Unsynced: vfs.Torn, Seed: seed, Sector: 64})))
		for seq, payload := range left.acked {
			if payload != g.acked[seq] {
				t.Errorf("seed %d: record %d is %q", seed, seq, payload)
			}
		}
		if rec.Records > 16 {
			t.Errorf("seed %d: %+v", seed, rec)
		}
		after.Close()
	}
	l.Close()
}

// TestHistories runs random lives of a log: groups, cuts, restarts, crashes of every kind, full disks.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fs, g := disk(), newLedger(t)
		o := small(fs)
		o.FileBytes = recordsStart + rapid.Int64Range(0, 2000).Draw(rt, "file bytes")
		l, _ := g.reopen(o)
		open := func(on *vfs.Mem) {
			fs = on
			o.FS = on
			l, _ = g.reopen(o)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				sizes := rapid.SliceOfN(rapid.IntRange(0, 600), 1, 5).Draw(rt, "sizes")
				if err := g.append(l, sizes...); err != nil && !errors.Is(err, vfs.ErrNoSpace) {
					t.Error(err)
				}
			},
			"cut": func(rt *rapid.T) {
				if err := g.flush(l, g.flushed+rapid.Uint64Range(0, g.applied-min(g.applied, g.flushed)).Draw(rt, "by")); err != nil {
					t.Error(err)
				}
			},
			"space": func(rt *rapid.T) {
				space := rapid.Int64Range(-1, 20000).Draw(rt, "space")
				fs.SetSpace(space)
			},
			"restart": func(*rapid.T) {
				l.Close()
				open(fs)
			},
			"crash": func(rt *rapid.T) {
				fate := vfs.Crash{
					Unsynced: rapid.SampledFrom([]vfs.Fate{vfs.Lost, vfs.Kept, vfs.Torn}).Draw(rt, "unsynced"),
					Seed:     rapid.Uint64().Draw(rt, "seed"),
				}
				clone := fs.CrashClone(fate)
				l.Close()
				open(clone)
			},
		})
		l.Close()
		if t.Failed() {
			rt.Fatal("see above")
		}
	})
}
