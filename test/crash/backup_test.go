package crash

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tailrace/test/servertest"
)

// asOf is the ledger of a backup that began when these batches and streams were acknowledged: of the others it may have
// whole ones.
func (l *ledger) asOf(batches map[string]bool, streams map[string]outcome) *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	then := newLedger()
	for _, b := range l.batches {
		if b.outcome == acknowledged && !batches[b.name] {
			b.outcome = unknown
		}
		then.batches = append(then.batches, b)
	}
	then.streams = streams
	return then
}

// acked is what was acknowledged by now.
func (l *ledger) acked() (batches map[string]bool, streams map[string]outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	batches = map[string]bool{}
	for _, b := range l.batches {
		if b.outcome == acknowledged {
			batches[b.name] = true
		}
	}
	return batches, maps.Clone(l.streams)
}

// TestBackupWhileWriting makes backups of a server under load, the first whole, the others on top of it; each is restored, and the
// server that is started on it has every event that was acknowledged before the backup began, once. In between, backups are
// killed at random moments: the one before them stays good.
func TestBackupWhileWriting(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	binary, err := servertest.Binary()
	if err != nil {
		t.Fatal(err)
	}
	s, l := servertest.Start(t, t.TempDir(), tight...), newLedger()
	write := func(round int) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for w := range 4 {
			own := rng.Uint64()
			wg.Go(func() { load(ctx, s.Client(servertest.Once), l, fmt.Sprintf("r%d-w%d", round, w), own) })
		}
		return sync.OnceFunc(func() {
			cancel()
			wg.Wait()
		})
	}
	target := filepath.Join(t.TempDir(), "backup")
	check := func(batches map[string]bool, streams map[string]outcome) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "restored")
		out, err := servertest.Run(t.Context(), "restore", target, dir)
		if err != nil {
			t.Fatalf("restore: %v\n%s", err, out)
		}
		restored := servertest.Start(t, dir, tight...)
		verify(t, restored.Client(), l.asOf(batches, streams))
		// It takes in new events, and keeps them apart from the old ones when it is killed.
		more := newLedger()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		load(ctx, restored.Client(servertest.Once), more, "after-"+filepath.Base(t.TempDir()), rng.Uint64())
		restored.Kill()
		restored = servertest.Start(t, dir, tight...)
		both := l.asOf(batches, streams)
		both.batches = append(both.batches, more.batches...)
		verify(t, restored.Client(), both)
		restored.Stop()
		if out, err := servertest.Run(t.Context(), "verify", dir); err != nil {
			t.Errorf("verify after the restore: %v\n%s", err, out)
		}
	}
	for round := range 3 {
		stop := write(round)
		defer stop()
		time.Sleep(300 * time.Millisecond)
		batches, streams := l.acked()
		out, err := servertest.Run(t.Context(), "backup", s.Data, target)
		if err != nil {
			t.Fatalf("backup %d: %v\n%s", round, err, out)
		}
		t.Log(strings.TrimSpace(out))
		if out, err := servertest.Run(t.Context(), "verify", s.Data); err != nil {
			t.Errorf("verify beside the server: %v\n%s", err, out)
		}
		for range 4 {
			cmd := exec.Command(binary, "backup", s.Data, target)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rng.IntN(120)) * time.Millisecond)
			cmd.Process.Kill()
			cmd.Wait()
		}
		stop()
		check(batches, streams)
		if t.Failed() {
			return
		}
	}
}
