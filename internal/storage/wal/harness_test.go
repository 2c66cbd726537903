package wal

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tailrace/internal/vfs"
)

// clock is a clock that goes on by a millisecond each time it is read.
func clock() func() time.Time {
	var ms atomic.Int64
	return func() time.Time { return time.UnixMilli(1_700_000_000_000 + ms.Add(1)) }
}

// small are options that begin a new file every few records.
func small(fs vfs.FS) Options {
	return Options{FS: fs, Dir: "data/wal", FileBytes: recordsStart + 400, Retry: 1, Now: clock()}
}

// appendGroup appends payloads that share one group, and returns the outcome that they share.
func appendGroup(l *Log, applied func(seq uint64, payload []byte), payloads ...string) (first uint64, err error) {
	group := make([]*waiter, len(payloads))
	for i, p := range payloads {
		w := &waiter{payload: []byte(p), crc: crc32.Checksum([]byte(p), castagnoli), done: make(chan struct{}, 1)}
		w.apply = func(seq uint64) { applied(seq, w.payload) }
		group[i] = w
	}
	l.queue.mu.Lock()
	l.queue.waiting = append(l.queue.waiting, group...)
	l.queue.signal()
	l.queue.mu.Unlock()
	for _, w := range group {
		<-w.done
	}
	return group[0].seq, group[0].err
}

// ledger is what a client and the catalog know of a log's records.
type ledger struct {
	acked   map[uint64]string // by sequence
	applied uint64            // the last sequence that was applied
	refused map[string]bool
	flushed uint64
	count   int
	t       testing.TB
}

func newLedger(t testing.TB) *ledger {
	return &ledger{acked: map[uint64]string{}, refused: map[string]bool{}, t: t}
}

// append appends a group of records with sizes in bytes and notes the outcome; nobody hears one when the power is off.
func (g *ledger) append(l *Log, sizes ...int) error {
	payloads := make([]string, len(sizes))
	for i, n := range sizes {
		g.count++
		payloads[i] = fmt.Sprintf("r%04d ", g.count) + strings.Repeat(string(rune('a'+g.count%26)), n)
	}
	first, err := appendGroup(l, func(seq uint64, payload []byte) {
		if seq != g.applied+1 && g.applied != 0 {
			g.t.Errorf("applied %d after %d", seq, g.applied)
		}
		g.applied = seq
		g.acked[seq] = string(payload)
	}, payloads...)
	switch {
	case err == nil:
		if g.acked[first] != payloads[0] {
			g.t.Errorf("sequence %d returned for another record", first)
		}
	case !errors.Is(err, ErrUnavailable):
		g.t.Errorf("append: %v does not match ErrUnavailable", err)
	case !errors.Is(err, ErrUncertain) && !errors.Is(err, vfs.ErrPowerOff):
		for _, p := range payloads {
			g.refused[p] = true
		}
	}
	return err
}

// flush notes a flushed position and cuts the log there.
func (g *ledger) flush(l *Log, through uint64) error {
	g.flushed = max(g.flushed, min(through, g.applied))
	return l.Cut(g.flushed)
}

// reopen opens a log and holds what is replayed against the ledger, then makes it the ledger's state. Sequences of
// records that nobody heard of may come up.
func (g *ledger) reopen(o Options) (*Log, Recovery) {
	g.t.Helper()
	l, rec, err := g.open(o)
	if err != nil {
		g.t.Fatalf("open: %v", err)
	}
	if rec.Lost != 0 || len(rec.Damaged) != 0 {
		g.t.Errorf("damage reported where there was none: %+v", rec)
	}
	return l, rec
}

func (g *ledger) open(o Options) (*Log, Recovery, error) {
	g.t.Helper()
	next, replayed, ordered := g.flushed+1, map[uint64]string{}, true
	l, rec, err := Open(o, g.flushed, func(seq uint64, payload []byte) error {
		ordered = ordered && seq == next
		next = seq + 1
		replayed[seq] = string(payload)
		return nil
	})
	if err != nil {
		return nil, rec, err
	}
	if _, err := o.FS.Stat("/"); errors.Is(err, vfs.ErrPowerOff) {
		l.Close()
		return nil, rec, err // nobody learns what was read
	}
	for seq, payload := range g.acked {
		if got, ok := replayed[seq]; seq > g.flushed && (!ok || got != payload) {
			g.t.Errorf("acknowledged record %d: replayed %v, %.20q, want %.20q", seq, ok, got, payload)
		}
	}
	if rec.Last != next-1 {
		g.t.Errorf("last sequence %d, want %d", rec.Last, next-1)
	}
	if !ordered {
		g.t.Errorf("records replayed out of order or with holes")
	}
	for seq, payload := range replayed {
		if g.refused[payload] {
			g.t.Errorf("replayed %d, which was refused", seq)
		}
		g.acked[seq] = payload
	}
	g.applied = rec.Last
	return l, rec, nil
}

// clone is the ledger for a crash clone.
func (g *ledger) clone() *ledger {
	c := *g
	c.acked, c.refused = maps.Clone(g.acked), maps.Clone(g.refused)
	return &c
}

// script is a life of a log: groups of one and many, records larger than a file and larger than the writer's buffer
// takes, rotation, cuts, a clean end and a second start.
func (g *ledger) script(fs vfs.FS) {
	for range 2 {
		l, _, err := g.open(small(fs))
		if err != nil {
			return
		}
		g.append(l, 10)
		g.append(l, 100, 0, 30)
		g.append(l, 90)
		g.append(l, 200)
		g.flush(l, g.applied-1)
		g.append(l, 1000, 20, 20)
		g.append(l, directBytes, 5)
		g.flush(l, g.applied)
		g.append(l, 20, 20)
		g.append(l, 20)
		l.Close()
	}
}

func disk() *vfs.Mem {
	fs := vfs.NewMem()
	fs.MkdirAll("data")
	fs.SyncDir("/")
	return fs
}

// fates are the crashes that every moment is tried with.
func fates(seeds int) []vfs.Crash {
	fates := []vfs.Crash{{Unsynced: vfs.Lost}, {Unsynced: vfs.Kept}}
	for seed := range uint64(seeds) {
		fates = append(fates, vfs.Crash{Unsynced: vfs.Torn, Seed: seed, Sector: []int{1, 16, 512}[seed%3]})
	}
	return fates
}

// readAll is a file's content.
func readAll(t testing.TB, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size, _ := f.Size()
	b := make([]byte, size)
	f.ReadAt(b, 0)
	return b
}

// writeFile makes a durable file.
func writeFile(t testing.TB, fs vfs.FS, name string, content []byte) {
	t.Helper()
	f, err := fs.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(content, 0); err != nil {
		t.Fatal(err)
	}
	f.Sync()
}

func equal(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got %.40q, want %.40q", what, got, want)
	}
}
