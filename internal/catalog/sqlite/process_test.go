package sqlite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tailrace/internal/catalog"
)

// otherProcessFile names the environment variable that makes the test binary the other process.
const otherProcessFile = "TAILRACE_TEST_CATALOG"

const otherKeys = 50

// otherProcess creates keys, as `tailrace keys create` does beside a running server.
func otherProcess(file string) (exit int) {
	ctx := context.Background()
	for i := range otherKeys / 10 {
		c, err := Open(ctx, file, Options{})
		for n := 0; err == nil && n < 10; n++ {
			err = c.CreateKey(ctx, catalog.Key{AccessKeyID: fmt.Sprintf("other-%d-%d", i, n)})
		}
		if err == nil {
			err = c.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

// TestTwoProcesses: another process opens the file, writes and closes it while this one writes many times a second. Nobody is
// refused, and each sees the other's keys.
func TestTwoProcesses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "catalog.db")
	c := openFile(t, file, Options{})
	defer c.Close()
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), otherProcessFile+"="+file)
	other.Stderr = os.Stderr
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- other.Wait() }()
	own := 0
	for running := true; running; own++ {
		if err := c.CreateKey(t.Context(), catalog.Key{AccessKeyID: fmt.Sprint("own-", own)}); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("other process: %v", err)
			}
			running = false
		case <-time.After(2 * time.Millisecond):
		}
	}
	keys, err := c.ListKeys(t.Context())
	if err != nil || len(keys) != own+otherKeys {
		t.Errorf("%d keys, %v, want %d and %d", len(keys), err, own, otherKeys)
	}
}
