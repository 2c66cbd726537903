package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// Clients hang up at any moment of their appends, while heads are flushed, streams are deleted and made anew under the
// same name and segments are reclaimed: what was answered with an error is never there, what was acknowledged is there once as
// long as its stream is, and statistics count just that. Also after a crash and after a clean stop.
func TestAppendsCancelled(t *testing.T) {
	s := New(t, storage.Options{
		FlushBytes: 8000, MaxFrozen: 1, MaxDirtyStreams: 2, MaxCachedStreams: 3, ReclaimShare: 0.01, FlushAge: time.Millisecond,
		WAL: wal.Options{OnSync: func(time.Duration, int, int) { time.Sleep(50 * time.Microsecond) }},
	})
	ctx, group := context.Background(), s.Group("app").ID
	l := &answers{acknowledged: map[string]logs.StreamID{}, refused: map[string]bool{}}
	stream := func(name string) (catalog.Stream, error) {
		found, err := s.Engine.Stream(ctx, group, name)
		if errors.Is(err, catalog.ErrNotFound) {
			return s.Engine.CreateStream(ctx, catalog.Stream{Group: group, Name: name})
		}
		return found, err
	}
	var writers, others sync.WaitGroup
	for w := range 6 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range 300 {
				to, err := stream(fmt.Sprint("s", r.IntN(4)))
				if err != nil {
					continue // another made or deleted it at this moment
				}
				message := fmt.Sprintf("%d of %d", i, w)
				limited, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(400))*time.Microsecond)
				_, err = s.Engine.Append(limited, storage.Batch{Group: group, Stream: to, Ingestion: int64(i), Events: []logs.Event{event(int64(r.IntN(9)), message)}})
				cancel()
				l.note(message, to.ID, err)
			}
		})
	}
	stop := make(chan struct{})
	others.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			if gone, err := stream(fmt.Sprint("s", i%3)); err == nil {
				if err := s.Engine.DeleteStream(ctx, gone); err != nil {
					t.Error(err)
				}
			}
			if err := s.Engine.Reclaim(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	writers.Wait()
	close(stop)
	others.Wait()
	if len(l.refused) == 0 || len(l.acknowledged) == 0 {
		t.Fatalf("%d refused, %d acknowledged: the test shows nothing", len(l.refused), len(l.acknowledged))
	}
	l.check(t, s)
	s.Crash(vfs.Crash{Unsynced: vfs.Lost})
	s.Open()
	l.check(t, s)
	if err := s.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.check(t, s)
}

// answers is what appends of one message each were answered.
type answers struct {
	mu           sync.Mutex
	acknowledged map[string]logs.StreamID
	refused      map[string]bool
}

func (l *answers) note(message string, stream logs.StreamID, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.refused[message] = true
		return
	}
	l.acknowledged[message] = stream
}

// check holds a store that is at rest against the answers.
func (l *answers) check(t *testing.T, s *Store) {
	t.Helper()
	all, err := s.Walk(catalog.StreamQuery{Group: s.Group("app").ID, Limit: 10}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	counts := map[string]int64{}
	alive := map[logs.StreamID]string{}
	for _, stream := range all {
		alive[stream.ID] = stream.Name
	}
	for message, id := range l.acknowledged {
		if name, ok := alive[id]; ok {
			want[message] = true
			counts[name]++
		}
	}
	for _, stream := range all {
		if stream.Stats.Events != counts[stream.Name] {
			t.Errorf("stream %s: statistics count %d events, acknowledged were %d", stream.Name, stream.Stats.Events, counts[stream.Name])
		}
	}
	got, err := s.Scan("app", storage.Query{Range: logs.AllTime})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range got {
		if !want[e.Message] {
			t.Errorf("event %q of %s: refused %v, or there twice, or of a deleted stream", e.Message, e.Stream, l.refused[e.Message])
		}
		delete(want, e.Message)
	}
	for message := range want {
		t.Errorf("event %q was acknowledged and is not there", message)
	}
}
