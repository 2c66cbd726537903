package storage

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// Whatever dies, a walk that is resumed finds every stream where it was; the memory counted is the memory taken, and
// nothing is left when all walks are gone.
func TestWalksModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMilli(0)
		w := newWalks(rapid.SampledFrom([]int{300, 1000, 1 << 20}).Draw(t, "most"), func() time.Time { return now })
		place := map[logs.StreamID]int64{}           // now
		then := map[uint64]map[logs.StreamID]int64{} // as of an epoch
		stream := func(id logs.StreamID) *catalog.Stream {
			return &catalog.Stream{ID: id, Group: 1, Name: fmt.Sprint("stream-", id)}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(*rapid.T) {
				number := w.begin(1)
				if then[number] == nil {
					then[number] = map[logs.StreamID]int64{}
				}
				for id, last := range place {
					then[number][id] = last
				}
			},
			"move": func(t *rapid.T) {
				id := logs.StreamID(rapid.Uint64Range(1, 6).Draw(t, "id"))
				last := place[id]
				place[id]++
				w.moved(stream(id), last)
			},
			"end": func(t *rapid.T) {
				for number := range then {
					w.end(1, number)
					delete(then, number)
					return
				}
			},
			"later": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "hours")) * time.Hour)
				w.expire()
			},
			"": func(t *rapid.T) { checkWalks(t, w, then, place) },
		})
		w.dropGroup(1)
		if w.bytes != 0 || w.epochs != 0 || len(w.groups) != 0 {
			t.Fatalf("left: %d bytes, %d epochs", w.bytes, w.epochs)
		}
	})
}

func checkWalks(t *rapid.T, w *walks, then map[uint64]map[logs.StreamID]int64, place map[logs.StreamID]int64) {
	if w.bytes > w.most && w.epochs > 0 {
		t.Fatalf("%d bytes, at most %d", w.bytes, w.most)
	}
	g := w.groups[1]
	if g == nil {
		return
	}
	size := 0
	for _, track := range g.tracks {
		size += trackBytes + len(track.name) + moveBytes*len(track.moves)
	}
	if size != w.bytes {
		t.Fatalf("%d bytes counted, %d taken", w.bytes, size)
	}
	for number, places := range then {
		if _, alive := g.find(number); !alive {
			continue
		}
		for id, want := range places {
			got := place[id]
			if track := g.tracks[id]; track != nil {
				if last, moved := track.asOf(number); moved {
					got = last
				}
			}
			if got != want {
				t.Fatalf("stream %d as of %d: %d, want %d", id, number, got, want)
			}
		}
	}
}

// A walk dies a day after its last page, not before; polls of first pages do not push out walks that go on.
func TestWalksDie(t *testing.T) {
	now := time.UnixMilli(0)
	w := newWalks(1<<20, func() time.Time { return now })
	s := &catalog.Stream{ID: 1, Group: 1, Name: "s"}
	walk := w.begin(1)
	if !w.resume(1, walk) {
		t.Fatal("fresh walk refused")
	}
	for i := range 3 * maxEpochs {
		w.moved(s, int64(i))
		w.begin(1)
	}
	if !w.resume(1, walk) {
		t.Error("polls pushed the walk out")
	}
	if w.epochs > maxEpochs {
		t.Errorf("%d epochs", w.epochs)
	}
	now = now.Add(23 * time.Hour)
	if w.expire(); !w.resume(1, walk) {
		t.Error("the walk died within the day")
	}
	now = now.Add(25 * time.Hour)
	if w.resume(1, walk) {
		t.Error("the walk outlived the day")
	}
	if w.expire(); w.epochs != 0 || w.bytes != 0 {
		t.Errorf("left: %d epochs, %d bytes", w.epochs, w.bytes)
	}
}
