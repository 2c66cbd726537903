package wal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"tailrace/internal/vfs"
)

var errIO = syscall.EIO

// TestCrashEverywhere cuts the power at every call to the file system, with every fate of what was not synced, and once
// more at every call of the start that follows.
func TestCrashEverywhere(t *testing.T) {
	for k := int64(0); ; k++ {
		fs, g := disk(), newLedger(t)
		faults := vfs.Fault(fs, func(op vfs.Op) error {
			if op.Index == k {
				return vfs.ErrPowerOff
			}
			return nil
		})
		g.script(faults)
		for _, fate := range fates(4) {
			t.Run(fmt.Sprintf("%d %s %d", k, fate.Unsynced, fate.Seed), func(t *testing.T) {
				g := g.clone()
				g.t = t
				after := fs.CrashClone(fate)
				if fate.Unsynced == vfs.Torn && fate.Seed == 0 && k%3 == 0 {
					crashAgain(t, g, after)
				}
				goOn(g, after)
			})
		}
		if faults.Calls() < k {
			t.Logf("%d calls", faults.Calls())
			return
		}
	}
}

// crashAgain cuts the power at every call of a start.
func crashAgain(t *testing.T, g *ledger, fs *vfs.Mem) {
	for k := int64(0); ; k++ {
		fs, g := fs.CrashClone(vfs.Crash{}), g.clone()
		faults := vfs.Fault(fs, func(op vfs.Op) error {
			if op.Index == k {
				return vfs.ErrPowerOff
			}
			return nil
		})
		if l, _, err := g.open(small(faults)); err == nil {
			g.append(l, 30)
			l.Close()
		}
		for _, fate := range fates(2) {
			g := g.clone()
			g.t = t
			goOn(g, fs.CrashClone(fate))
		}
		if faults.Calls() < k {
			return
		}
	}
}

// goOn starts a log, uses it, ends it and starts it again. What a start replayed is durable: the power is cut right after one.
func goOn(g *ledger, fs vfs.FS) {
	l, _ := g.reopen(small(fs))
	if mem, ok := fs.(*vfs.Mem); ok {
		again, _ := g.clone().reopen(small(mem.CrashClone(vfs.Crash{})))
		again.Close()
	}
	for _, sizes := range [][]int{{10}, {20, 30}, {300}} {
		if err := g.append(l, sizes...); err != nil {
			g.t.Errorf("append after recovery: %v", err)
		}
	}
	if err := l.Close(); err != nil {
		g.t.Error(err)
	}
	l, _ = g.reopen(small(fs))
	if err := g.flush(l, g.applied); err != nil {
		g.t.Error(err)
	}
	l.Close()
	l, rec := g.reopen(small(fs))
	if rec.Records != 0 {
		g.t.Errorf("%d records replayed that were flushed", rec.Records)
	}
	l.Close()
}

// TestEveryOutcome cuts the power at every call of a short life, and starts on everything that the cut may leave.
func TestEveryOutcome(t *testing.T) {
	outcomes := 0
	for k := int64(0); ; k++ {
		fs, g := disk(), newLedger(t)
		faults := vfs.Fault(fs, func(op vfs.Op) error {
			if op.Index == k {
				return vfs.ErrPowerOff
			}
			return nil
		})
		if l, _, err := g.open(small(faults)); err == nil {
			g.append(l, 10)
			g.append(l, 200, 100)
			g.append(l, 150)
			g.flush(l, 3)
			g.append(l, 20)
			l.Close()
		}
		for left := range fs.Outcomes(headerCopy) {
			outcomes++
			l, _ := g.clone().reopen(small(left))
			l.Close()
		}
		if faults.Calls() < k {
			t.Logf("%d calls, %d outcomes", k, outcomes)
			return
		}
	}
}

// TestFaultEverywhere fails every call to the file system in every way, and then crashes: what was refused stays away.
func TestFaultEverywhere(t *testing.T) {
	ways := map[string]error{
		"EIO": errIO, "ENOSPC": vfs.ErrNoSpace, "late": vfs.Late(errIO), "short": vfs.Short(30, vfs.ErrNoSpace), "forget": vfs.Forget(errIO),
	}
	for name, way := range ways {
		for k := int64(0); ; k++ {
			fs, g := disk(), newLedger(t)
			var failed vfs.Op
			faults := vfs.Fault(fs, func(op vfs.Op) error {
				if op.Index == k {
					failed = op
					if failed.Changes() { // damage by unreadable files has a test of its own
						return way
					}
				}
				return nil
			})
			g.script(faults)
			for _, fate := range fates(2) {
				t.Run(fmt.Sprintf("%s at %v, then %s", name, failed, fate.Unsynced), func(t *testing.T) {
					g := g.clone()
					g.t = t
					goOn(g, fs.CrashClone(fate))
				})
			}
			if faults.Calls() < k {
				break
			}
		}
	}
}

// TestFaultsAtRandom lets calls fail at random, in runs, while the power may go off at any time.
func TestFaultsAtRandom(t *testing.T) {
	rounds := 600
	if testing.Short() {
		rounds = 200
	}
	for seed := range uint64(rounds) {
		fs, g := disk(), newLedger(t)
		rng := rand.New(rand.NewPCG(seed, 1))
		off, failing := rng.Int64N(200), 0
		faults := vfs.Fault(fs, func(op vfs.Op) error {
			if op.Index >= off {
				return vfs.ErrPowerOff
			}
			if failing == 0 && rng.IntN(20) == 0 {
				failing = 1 + rng.IntN(8)
			}
			if failing == 0 || !op.Changes() {
				return nil
			}
			failing--
			return []error{nil, errIO, vfs.ErrNoSpace, vfs.Late(errIO), vfs.Short(rng.IntN(300), vfs.ErrNoSpace), vfs.Forget(errIO)}[rng.IntN(6)]
		})
		g.script(faults)
		for _, fate := range fates(3) {
			t.Run(fmt.Sprintf("%d %s", seed, fate.Unsynced), func(t *testing.T) {
				g := g.clone()
				g.t = t
				goOn(g, fs.CrashClone(fate))
			})
		}
		if t.Failed() {
			return
		}
	}
}

func TestFullDisk(t *testing.T) {
	fs, g := disk(), newLedger(t)
	o := small(fs)
	o.FileBytes = 1 << 20
	l, _ := g.reopen(o)
	defer l.Close()
	if err := g.append(l, 100); err != nil {
		t.Fatal(err)
	}
	fs.SetSpace(fs.Used() + 50)
	for range 3 {
		if err := g.append(l, 200); !errors.Is(err, ErrUnavailable) || !errors.Is(err, vfs.ErrNoSpace) || errors.Is(err, ErrUncertain) {
			t.Fatalf("append on a full disk: %v", err)
		}
	}
	if err := g.append(l, 1); err != nil {
		t.Fatalf("append that fits: %v", err)
	}
	crashed := g.clone()
	goOn(crashed, fs.CrashClone(vfs.Crash{Unsynced: vfs.Kept}))
	fs.SetSpace(-1)
	if err := g.append(l, 200); err != nil {
		t.Fatalf("append when there is room again: %v", err)
	}
	if s := l.Stats(); s.Refused != 3 || s.Appends != 3 || s.Err != nil || s.Files != 1 {
		t.Errorf("stats %+v", s)
	}
	goOn(g.clone(), fs.CrashClone(vfs.Crash{}))
}

// TestFullDiskAtStart starts on a disk that has no room for a first file.
func TestFullDiskAtStart(t *testing.T) {
	fs, g := disk(), newLedger(t)
	fs.SetSpace(100)
	l, _ := g.reopen(small(fs))
	defer l.Close()
	if err := g.append(l, 10); !errors.Is(err, vfs.ErrNoSpace) || !errors.Is(err, ErrUnavailable) {
		t.Fatalf("append on a full disk: %v", err)
	}
	if l.Stats().Err == nil {
		t.Error("no reason given while unavailable")
	}
	fs.SetSpace(-1)
	if err := g.append(l, 10); err != nil {
		t.Fatal(err)
	}
	if err := l.Stats().Err; err != nil {
		t.Errorf("reason given while available: %v", err)
	}
	goOn(g.clone(), fs.CrashClone(vfs.Crash{}))
}

// TestFailedSyncAtStart holds that a file that cannot be synced is read but not written to.
func TestFailedSyncAtStart(t *testing.T) {
	fs, g := life(t)
	failed := false
	l, _ := g.reopen(small(vfs.Fault(fs, func(op vfs.Op) error {
		if op.Kind != vfs.OpSync || failed || op.Name != "data/wal/"+fileName(3) {
			return nil
		}
		failed = true
		return errIO
	})))
	if err := g.append(l, 0); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Files != 4 {
		t.Errorf("want a fourth file: %+v", s)
	}
	l.Close()
	goOn(g, fs)
}

// TestFailedSync holds the rule that a file whose sync failed is given up.
func TestFailedSync(t *testing.T) {
	fs, g := disk(), newLedger(t)
	fail := 0
	o := small(vfs.Fault(fs, func(op vfs.Op) error {
		if op.Kind == vfs.OpSync && fail > 0 {
			fail--
			return errIO
		}
		return nil
	}))
	o.FileBytes = 1 << 20
	l, _ := g.reopen(o)
	defer l.Close()
	g.append(l, 10)
	fail = 1
	if err := g.append(l, 20, 30); !errors.Is(err, ErrUnavailable) || !errors.Is(err, errIO) || errors.Is(err, ErrUncertain) {
		t.Fatalf("append with a failed sync: %v", err)
	}
	if err := g.append(l, 40); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Files != 2 || s.Last != 2 {
		t.Errorf("want a second file and no hole, got %+v", s)
	}
	fail = 3 // the group's, the cut's, the new file's
	if err := g.append(l, 50); !errors.Is(err, ErrUncertain) {
		t.Fatalf("append with a failed sync and a failed cut: %v", err)
	}
	fail = 2
	if err := g.append(l, 60); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("append while the log cannot be repaired: %v", err)
	}
	if err := g.append(l, 70); err != nil {
		t.Fatal(err)
	}
	for _, fate := range fates(3) {
		goOn(g.clone(), fs.CrashClone(fate))
	}
}

// TestRefusedTailStays refuses a group that cannot be cut off: the next file's header is what keeps it away.
func TestRefusedTailStays(t *testing.T) {
	fs, g := disk(), newLedger(t)
	synced := 0
	o := small(vfs.Fault(fs, func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			synced++
		}
		if op.Kind == vfs.OpTruncate || op.Kind == vfs.OpSync && synced == 3 {
			return errIO
		}
		return nil
	}))
	l, _ := g.reopen(o)
	defer l.Close()
	g.append(l, 10)
	if err := g.append(l, 20, 30); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrUncertain) {
		t.Fatalf("append with a failed sync: %v", err)
	}
	if err := g.append(l, 40); err != nil {
		t.Fatal(err)
	}
	if size := len(readAll(t, fs, "data/wal/"+fileName(1))); size != recordsStart+3*(recordHeader+6)+60 {
		t.Fatalf("the refused records are not in the file: %d bytes", size)
	}
	for _, fate := range fates(2) {
		goOn(g.clone(), fs.CrashClone(fate))
	}
}

// TestRetryWaits holds that a log that cannot be repaired does not try again for each append.
func TestRetryWaits(t *testing.T) {
	fs := disk()
	fs.SetSpace(0)
	faults := vfs.Fault(fs, nil)
	o := small(faults)
	o.Retry = 1 << 40
	g := newLedger(t)
	l, _ := g.reopen(o)
	defer l.Close()
	g.append(l, 1)
	calls := faults.Calls()
	for range 10 {
		if err := g.append(l, 1); !errors.Is(err, vfs.ErrNoSpace) {
			t.Fatal(err)
		}
	}
	if faults.Calls() != calls {
		t.Errorf("%d calls to the file system while waiting", faults.Calls()-calls)
	}
}
