package storage

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tailrace/internal/storage/compaction"
)

func TestPace(t *testing.T) {
	const stretch = 2 * time.Millisecond
	for _, c := range []struct {
		name    string
		quiet   bool // no appends
		waiting int64
		worked  time.Duration
		want    time.Duration
	}{
		{"longer than it worked", false, 0, stretch, paceRest * stretch},
		{"half as long when half of what presses waits", false, 16, stretch, paceRest * stretch / 2},
		{"not when enough waits", false, 32, stretch, 0},
		{"not when more waits", false, 50, stretch, 0},
		{"not when no appends come", true, 0, stretch, 0},
		{"not after a short stretch", false, 0, paceStretch / 2, 0},
		{"not long after a very long one", false, 0, time.Second, paceRest * paceMost},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &Engine{o: Options{Compaction: compaction.Options{}.WithDefaults()}}
				e.waiting.Store(c.waiting)
				p := e.newPace(t.Context())
				if err := p.step(); err != nil { // a stretch begins
					t.Fatal(err)
				}
				if !c.quiet {
					e.counters.batches.Add(1)
				}
				time.Sleep(c.worked)
				start := time.Now()
				if err := p.step(); err != nil {
					t.Fatal(err)
				}
				if rested := time.Since(start); rested != c.want {
					t.Errorf("rested %v after %v, want %v", rested, c.worked, c.want)
				}
			})
		})
	}
}

// A merge that is to end does not rest to the end.
func TestPaceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := &Engine{o: Options{Compaction: compaction.Options{}.WithDefaults()}}
		p := e.newPace(ctx)
		if err := p.step(); err != nil {
			t.Fatal(err)
		}
		e.counters.batches.Add(1)
		time.Sleep(paceMost)
		start := time.Now()
		time.AfterFunc(paceStretch, cancel)
		if err := p.step(); err == nil || time.Since(start) != paceStretch {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
