package storage

import (
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// walks lets listings in order of last events go on while streams move. A walk is as of an epoch, the moment of its first
// page: the first time a stream moves after the newest epoch of its group, the place that it leaves is recorded, and a
// later page of the walk finds the stream there. So each stream that was there throughout comes exactly once.
//
// Records are bounded by memory, epochs by number and by age. Over a bound whole epochs die, those first that nobody came
// back to, and walks as of them are refused (ErrWalkExpired), never answered wrongly. A restart ends all. The table's
// mutex guards walks.
type walks struct {
	groups map[logs.GroupID]*groupWalks
	next   uint64 // number of the next epoch; begins at random, so that no epoch of an earlier run is taken for one of this
	epochs int
	bytes  int // memory of all records
	most   int // bound of bytes
	now    func() time.Time
}

const (
	maxEpochs   = 1 << 14
	maxEpochAge = 24 * time.Hour
	// What a record and a stream with records cost, in bytes.
	moveBytes  = 16
	trackBytes = 120
)

type groupWalks struct {
	epochs []epoch // ascending
	tracks map[logs.StreamID]*track
	still  bool // no stream moved since the newest epoch
}

type epoch struct {
	number uint64
	used   time.Time // when a page was last asked for
	walks  int       // walks that began here and had more than a page, or whose first page is being read
	pages  int       // pages asked for beside first ones
}

// track is where a stream was: moves[i].last is its place as of every epoch up to moves[i].epoch that is later than
// moves[i-1].epoch. As of later epochs it is where it is now.
type track struct {
	name  string
	moves []move
}

type move struct {
	epoch uint64
	last  int64
}

func newWalks(most int, now func() time.Time) *walks {
	return &walks{groups: map[logs.GroupID]*groupWalks{}, next: rand.Uint64()>>2 + 1, most: most, now: now}
}

// begin gives the epoch of a walk that starts now.
func (w *walks) begin(group logs.GroupID) uint64 {
	g := w.groups[group]
	if g == nil {
		g = &groupWalks{tracks: map[logs.StreamID]*track{}}
		w.groups[group] = g
	}
	if n := len(g.epochs); n > 0 && g.still {
		g.epochs[n-1].used = w.now()
		g.epochs[n-1].walks++
		return g.epochs[n-1].number
	}
	for w.epochs >= maxEpochs {
		w.shrink()
	}
	w.groups[group] = g // it may have shrunk away
	g.epochs = append(g.epochs, epoch{number: w.next, used: w.now(), walks: 1})
	g.still = true
	w.epochs++
	w.next++
	return w.next - 1
}

// end undoes a begin whose walk had one page only.
func (w *walks) end(group logs.GroupID, number uint64) {
	g := w.groups[group]
	if g == nil {
		return
	}
	if i, ok := g.find(number); ok {
		if g.epochs[i].walks--; g.epochs[i].walks == 0 {
			w.kill(group, g, i, i+1)
		}
	}
}

// resume notes a further page of a walk; false if its epoch is dead.
func (w *walks) resume(group logs.GroupID, number uint64) bool {
	g := w.groups[group]
	if g == nil {
		return false
	}
	i, ok := g.find(number)
	if !ok || w.now().Sub(g.epochs[i].used) > maxEpochAge {
		return false
	}
	g.epochs[i].used = w.now()
	g.epochs[i].pages++
	return true
}

func (g *groupWalks) find(number uint64) (int, bool) {
	i := sort.Search(len(g.epochs), func(i int) bool { return g.epochs[i].number >= number })
	return i, i < len(g.epochs) && g.epochs[i].number == number
}

// moved records that a stream leaves its place.
func (w *walks) moved(s *catalog.Stream, last int64) {
	g := w.groups[s.Group]
	if g == nil || len(g.epochs) == 0 {
		return
	}
	g.still = false
	newest := g.epochs[len(g.epochs)-1].number
	t := g.tracks[s.ID]
	if t == nil {
		t = &track{name: s.Name}
		g.tracks[s.ID] = t
		w.bytes += trackBytes + len(s.Name)
	}
	if n := len(t.moves); n > 0 && t.moves[n-1].epoch >= newest {
		return
	}
	t.moves = append(t.moves, move{epoch: newest, last: last})
	w.bytes += moveBytes
	for w.bytes > w.most && w.epochs > 0 {
		w.shrink()
	}
}

// asOf is where a stream was as of an epoch; false if it has not moved since.
func (t *track) asOf(number uint64) (int64, bool) {
	i := sort.Search(len(t.moves), func(i int) bool { return t.moves[i].epoch >= number })
	if i == len(t.moves) {
		return 0, false
	}
	return t.moves[i].last, true
}

func (w *walks) drop(group logs.GroupID, id logs.StreamID) {
	if g := w.groups[group]; g != nil {
		if t := g.tracks[id]; t != nil {
			w.forget(g, id, t)
		}
	}
}

func (w *walks) forget(g *groupWalks, id logs.StreamID, t *track) {
	w.bytes -= trackBytes + len(t.name) + moveBytes*len(t.moves)
	delete(g.tracks, id)
}

func (w *walks) dropGroup(group logs.GroupID) {
	if g := w.groups[group]; g != nil {
		w.kill(group, g, 0, len(g.epochs))
	}
}

// expire ends walks that nobody continued for a day.
func (w *walks) expire() {
	old := w.now().Add(-maxEpochAge)
	for id, g := range w.groups {
		before := len(g.epochs)
		g.epochs = slices.DeleteFunc(g.epochs, func(e epoch) bool { return e.used.Before(old) })
		if died := before - len(g.epochs); died > 0 {
			w.epochs -= died
			w.prune(id, g)
		}
	}
}

// shrink kills the worse half of the epochs of the group that has most: those that nobody came back to, and the oldest
// of them, first.
func (w *walks) shrink() {
	var id logs.GroupID
	var g *groupWalks
	for i, other := range w.groups {
		if g == nil || len(other.tracks) > len(g.tracks) || len(other.tracks) == len(g.tracks) && len(other.epochs) > len(g.epochs) {
			id, g = i, other
		}
	}
	if g == nil {
		return
	}
	order := slices.Clone(g.epochs)
	slices.SortStableFunc(order, func(a, b epoch) int {
		if (a.pages == 0) != (b.pages == 0) {
			if a.pages == 0 {
				return -1
			}
			return 1
		}
		return a.used.Compare(b.used)
	})
	victims := map[uint64]bool{}
	for _, e := range order[:(len(order)+1)/2] {
		victims[e.number] = true
	}
	g.epochs = slices.DeleteFunc(g.epochs, func(e epoch) bool { return victims[e.number] })
	w.epochs -= len(victims)
	w.prune(id, g)
}

func (w *walks) kill(id logs.GroupID, g *groupWalks, from, to int) {
	w.epochs -= to - from
	g.epochs = slices.Delete(g.epochs, from, to)
	w.prune(id, g)
}

// prune drops records that no living epoch needs.
func (w *walks) prune(id logs.GroupID, g *groupWalks) {
	g.still = false
	if len(g.epochs) == 0 {
		for stream, t := range g.tracks {
			w.forget(g, stream, t)
		}
		delete(w.groups, id)
		return
	}
	for stream, t := range g.tracks {
		before, kept := uint64(0), t.moves[:0]
		for _, m := range t.moves {
			i := sort.Search(len(g.epochs), func(i int) bool { return g.epochs[i].number > before })
			if i < len(g.epochs) && g.epochs[i].number <= m.epoch {
				kept = append(kept, m)
			}
			before = m.epoch
		}
		w.bytes -= moveBytes * (len(t.moves) - len(kept))
		t.moves = kept
		if len(kept) == 0 {
			w.forget(g, stream, t)
		}
	}
}
