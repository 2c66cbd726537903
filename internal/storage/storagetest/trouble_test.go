package storagetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// trouble is what a history knows of its bad days.
type trouble struct {
	any     bool             // operations may fail now
	full    bool             // and after a restart too, because there is little room on the disk
	unsure  []unsure         // batches of which only a restart tells what became of them
	expired map[string]int64 // by group: events of times below may be gone
	keeps   map[string]bool  // groups with a retention of a day
}

type unsure struct {
	group, stream string
	events        []logs.Event
}

func (x *trouble) forget(group string) {
	delete(x.expired, group)
	delete(x.keeps, group)
}

// TestModelInTrouble lets stores live random lives on a disk that fills up, fails and forgets, with a power supply that goes off
// in the middle of things, under a clock that makes events expire.
func TestModelInTrouble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHistory(t, rt)
		defer h.end()
		h.trouble = &trouble{expired: map[string]int64{}, keeps: map[string]bool{}}
		steps := h.steps()
		maps.Copy(steps, map[string]func(*rapid.T){
			"fault":     h.fault,
			"disk":      h.disk,
			"well":      h.well,
			"power cut": h.powerCut,
			"clock":     h.clock,
			"retention": h.retention,
		})
		rt.Repeat(steps)
		h.well(rt)
		h.checkAll(rt)
		must(rt, h.Reopen())
		h.resolve(rt)
		h.checkAll(rt)
		if damaged := h.Engine.Stats().Damaged; len(damaged) > 0 {
			rt.Fatalf("damage is reported: %v", damaged)
		}
	})
}

// done takes the outcome of what may fail in trouble only.
func (h *history) done(t *rapid.T, err error) {
	t.Helper()
	if !h.trouble.any {
		must(t, err)
	}
}

// unread tells whether reading failed, which it may in trouble: no answer is better than half of one.
func (h *history) unread(t *rapid.T, err error) bool {
	t.Helper()
	h.done(t, err)
	return err != nil
}

// refused notes a batch that was not acknowledged. Its stream may have been made nevertheless.
func (h *history) refused(t *rapid.T, group, stream string, events []logs.Event, err error) {
	t.Helper()
	h.done(t, err)
	if _, err := h.Catalog.Stream(context.Background(), h.Store.Group(group).ID, stream); err == nil {
		h.Create(group, stream)
	}
	if errors.Is(err, wal.ErrUncertain) || errors.Is(err, vfs.ErrPowerOff) {
		h.trouble.unsure = append(h.trouble.unsure, unsure{group, stream, events})
	}
}

// resolve finds out after a restart what became of batches that were neither acknowledged nor refused: each is there whole
// or not at all.
func (h *history) resolve(t *rapid.T) {
	t.Helper()
	h.trouble.any = h.trouble.full
	for _, b := range h.trouble.unsure {
		all, err := h.Store.Scan(b.group, storage.Query{Range: logs.AllTime})
		must(t, err)
		var found []Event
		for _, e := range all {
			if slices.ContainsFunc(b.events, func(sent logs.Event) bool { return string(sent.Message) == e.Message }) {
				found = append(found, e)
			}
		}
		switch len(found) {
		case 0:
		case len(b.events):
			h.Model.Append(b.group, b.stream, found[0].ID, b.events...)
		default:
			t.Fatalf("%d of %d events of a batch are there", len(found), len(b.events))
		}
	}
	h.trouble.unsure = nil
}

// fault makes some next calls of a kind fail.
func (h *history) fault(t *rapid.T) {
	kind := rapid.SampledFrom([]vfs.OpKind{
		vfs.OpSync, vfs.OpWriteAt, vfs.OpSyncDir, vfs.OpReadAt, vfs.OpCreate, vfs.OpOpen, vfs.OpRename, vfs.OpRemove,
		vfs.OpTruncate, vfs.OpSize, vfs.OpAllocate,
	}).Draw(t, "operation")
	way := rapid.SampledFrom([]error{
		syscall.EIO, vfs.ErrNoSpace, vfs.Late(syscall.EIO), vfs.Forget(syscall.EIO), vfs.Short(1, vfs.ErrNoSpace), vfs.Short(600, syscall.EIO),
	}).Draw(t, "way")
	skip, left := rapid.IntRange(0, 3).Draw(t, "skip"), rapid.IntRange(1, 5).Draw(t, "times")
	h.Power.SetFault(func(op vfs.Op) error {
		if op.Kind != kind || left == 0 {
			return nil
		}
		if skip > 0 {
			skip--
			return nil
		}
		left--
		return way
	})
	h.Late(nil)
	if rapid.IntRange(0, 3).Draw(t, "late commit") == 0 {
		h.Late(syscall.EIO)
	}
	h.trouble.any = true
}

// disk leaves little room.
func (h *history) disk(t *rapid.T) {
	h.Disk.SetSpace(h.Disk.Used() + rapid.SampledFrom([]int64{0, 100, 3000, 10_000, 30_000}).Draw(t, "room"))
	h.trouble.any, h.trouble.full = true, true
}

// well ends all trouble, and what the engine put off is due.
func (h *history) well(*rapid.T) {
	h.Power.SetFault(nil)
	h.Late(nil)
	h.Disk.SetSpace(-1)
	h.trouble.any, h.trouble.full = false, false
	h.Time = h.Time.Add(time.Second)
	h.expire()
}

// powerCut lets the power go off while things are being done.
func (h *history) powerCut(t *rapid.T) {
	h.trouble.any = true
	h.Power.OffAfter(rapid.IntRange(0, 20).Draw(t, "steps"))
	for range rapid.IntRange(1, 4).Draw(t, "operations") {
		rapid.SampledFrom([]func(*rapid.T){h.append, h.flush, h.compact, h.reclaim, h.delete}).Draw(t, "operation")(t)
	}
	h.Crash(vfs.Crash{
		Unsynced: rapid.SampledFrom([]vfs.Fate{vfs.Torn, vfs.Lost, vfs.Kept}).Draw(t, "fate"),
		Seed:     rapid.Uint64().Draw(t, "seed"), Sector: rapid.SampledFrom([]int{1, 512, 4096}).Draw(t, "sector"),
	})
	h.trouble.full = false
	must(t, h.TryOpen())
	h.resolve(t)
}

const day = 24 * time.Hour

// clock moves on: by a second, or to where a day's retention ends among the events.
func (h *history) clock(t *rapid.T) {
	to := h.Time.Add(time.Second)
	if rapid.Bool().Draw(t, "days") {
		if later := time.UnixMilli(rapid.Int64Range(0, 31).Draw(t, "oldest")).Add(day); later.After(h.Time) {
			to = later
		}
	}
	h.Time = to
	h.expire()
}

func (h *history) retention(t *rapid.T) {
	group := rapid.SampledFrom(groupNames).Draw(t, "group")
	days := rapid.Int32Range(0, 1).Draw(t, "days")
	err := h.Catalog.SetRetention(context.Background(), h.Store.Group(group).ID, days)
	if !errors.Is(err, catalog.ErrNotFound) {
		must(t, err)
	}
	h.trouble.keeps[group] = days > 0
	h.expire()
}

// expire notes what a retention lets go from now on.
func (h *history) expire() {
	for group, on := range h.trouble.keeps {
		if on {
			h.trouble.expired[group] = max(h.trouble.expired[group], h.Time.Add(-day).UnixMilli())
		}
	}
}
