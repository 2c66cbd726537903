package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tailrace/internal/catalog"
)

// torn is what a power cut leaves of a file that was synced as before and written to since: any of the sectors that differ are
// there, and it has grown or not.
func torn(rng *rand.Rand, before, after []byte) []byte {
	left := bytes.Clone(before)
	if len(after) > len(left) && rng.IntN(2) == 0 {
		left = append(left, make([]byte, len(after)-len(left))...)
	}
	for at := 0; at < len(after); at += 512 {
		end := min(at+512, len(after))
		if rng.IntN(2) == 0 || at < len(before) && end <= len(before) && bytes.Equal(before[at:end], after[at:end]) {
			continue
		}
		if end > len(left) {
			left = append(left, make([]byte, end-len(left))...)
		}
		copy(left[at:end], after[at:end])
	}
	return left
}

// TestPowerCut cuts the power between writing a change to SQLite's log and its sync, and in the middle of a checkpoint, each
// sector that was not synced being there or not. What was answered is there, the change that was not is there or not, and the
// database is whole.
func TestPowerCut(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "catalog.db")
	c := openFile(t, file, Options{})
	defer c.Close()
	read := func() (database, log []byte) {
		database, err := os.ReadFile(file)
		log, err2 := os.ReadFile(file + "-wal")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return database, log
	}
	rng := rand.New(rand.NewPCG(7, 8))
	check := func(what string, database, log []byte, least, most int) {
		t.Helper()
		if got := groupsAfterCrash(t, database, log); got < least || got > most {
			t.Errorf("%s: %d groups, want %d to %d", what, got, least, most)
		}
	}
	_, synced := read()
	for i := range 12 {
		if _, err := c.CreateGroup(t.Context(), catalog.Group{Name: fmt.Sprintf("g%02d", i)}, map[string]string{"k": "v"}); err != nil {
			t.Fatal(err)
		}
		database, log := read()
		for range 6 {
			check(fmt.Sprintf("write %d", i), database, torn(rng, synced, log), i, i+1)
		}
		synced = log
	}
	before, log := read()
	if err := settle(t.Context(), c.store.writer.session, place{file: file}); err != nil {
		t.Fatal(err)
	}
	after, _ := read()
	if bytes.Equal(before, after) {
		t.Fatal("there was no checkpoint: the test shows nothing of it")
	}
	for range 30 {
		check("checkpoint", torn(rng, before, after), log, 12, 12)
	}
}
