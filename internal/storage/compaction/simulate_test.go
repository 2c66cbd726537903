package compaction

import (
	"math/rand/v2"
	"slices"
	"testing"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// simulation is a store that has sizes and times only. A merge's result is what Split says, with events that lie evenly.
type simulation struct {
	Options
	now             int64
	next            catalog.SegmentID
	live            map[catalog.SegmentID]*simulated
	flushed, merged int64 // message bytes
	segments        int   // most at a time
}

type simulated struct {
	Segment
	parts []Part
}

func newSimulation(o Options) *simulation {
	return &simulation{Options: o.WithDefaults(), now: start, live: map[catalog.SegmentID]*simulated{}}
}

func (s *simulation) add(parts []Part) {
	s.next++
	c := catalog.Segment{ID: s.next}
	for _, p := range parts {
		c.Groups = append(c.Groups, catalog.SegmentGroup{Group: p.Group, Bytes: p.Bytes, FirstEvent: p.First, LastEvent: p.Last})
	}
	s.live[s.next] = &simulated{Describe(&c, s.now), parts}
}

// flush adds a segment and makes the merges that become due.
func (s *simulation) flush(parts []Part) {
	for _, p := range parts {
		s.flushed += p.Bytes
	}
	s.add(parts)
	s.compact()
}

func (s *simulation) compact() {
	for {
		var live []Segment
		for _, l := range s.live {
			live = append(live, l.Segment)
		}
		s.segments = max(s.segments, len(live))
		jobs := Plan(live, s.now, s.Options)
		if len(jobs) == 0 {
			return
		}
		for _, j := range jobs {
			s.merge(j)
		}
	}
}

func (s *simulation) merge(j Job) {
	var parts []Part
	for _, id := range j.Inputs {
		parts = append(parts, s.live[id].parts...)
		delete(s.live, id)
	}
	s.merged += j.Bytes
	own := map[logs.GroupID]bool{}
	outputs := Split(parts, s.Options)
	for _, o := range outputs {
		own[o.Group] = true
	}
	for _, o := range outputs {
		made := map[logs.GroupID]*Part{}
		for _, p := range parts {
			if p.Group != o.Group && (o.Group != 0 || own[p.Group]) {
				continue
			}
			for _, r := range o.Ranges {
				if n := int64(p.in(r)); n > 0 {
					extend(made, p, r, n)
				}
			}
		}
		var list []Part
		for _, p := range made {
			list = append(list, *p)
		}
		slices.SortFunc(list, func(a, b Part) int { return int(a.Group) - int(b.Group) })
		if len(list) > 0 {
			s.add(list)
		}
	}
}

func extend(made map[logs.GroupID]*Part, p Part, r logs.TimeRange, bytes int64) {
	first, last := max(p.First, r.Start), min(p.Last, r.End-1)
	m := made[p.Group]
	if m == nil {
		m = &Part{Group: p.Group, First: first, Last: last}
		made[p.Group] = m
	}
	m.First, m.Last, m.Bytes = min(m.First, first), max(m.Last, last), m.Bytes+bytes
}

// depth is the most segments that hold events of one group around one moment.
func (s *simulation) depth() (most int) {
	type edge struct {
		at   int64
		step int
	}
	edges := map[logs.GroupID][]edge{}
	for _, l := range s.live {
		for _, p := range l.parts {
			edges[p.Group] = append(edges[p.Group], edge{p.First, 1}, edge{p.Last, -1})
		}
	}
	for _, list := range edges {
		slices.SortFunc(list, func(a, b edge) int {
			if a.at != b.at {
				return int(min(1, max(-1, a.at-b.at)))
			}
			return b.step - a.step
		})
		n := 0
		for _, e := range list {
			n += e.step
			most = max(most, n)
		}
	}
	return most
}

// Whatever comes, the segments around a moment stay few, and what merging costs too. The bounds are those of package
// compaction's comment: in each level of cells and each tier less than FanOut segments of a group's own and as many that it
// shares, and those that stay.
func TestSimulation(t *testing.T) {
	one := func(group int, first, last, bytes int64) Part {
		return Part{Group: logs.GroupID(group), First: first, Last: last, Bytes: bytes}
	}
	tests := []struct {
		name          string
		every         int64 // time between two flushes
		flushes       int
		flush         func(random *rand.Rand, now int64) []Part
		depth         int     // segments around a moment
		segments      int     // all of them, at any time
		amplification float64 // bytes merged per byte flushed
	}{
		{
			name: "a steady day", every: minute, flushes: 1440, depth: 12, segments: 250, amplification: 3.5,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				for g := range 20 {
					parts = append(parts, one(g+1, now-minute, now, 28*mib/20))
				}
				return parts
			},
		},
		{
			name: "a month of little", every: 5 * minute, flushes: 30 * 288, depth: 30, segments: 90, amplification: 6,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				return []Part{one(1, now-5*minute, now, 40_000), one(2, now-5*minute, now, 4000)}
			},
		},
		{
			name: "an event an hour for a year", every: hour, flushes: 365 * 24, depth: 40, segments: 60, amplification: 20,
			flush: func(_ *rand.Rand, now int64) []Part { return []Part{one(1, now, now, 200)} },
		},
		{
			name: "ten thousand tiny groups", every: 15 * minute, flushes: 96, depth: 24, segments: 40, amplification: 3,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				for g := range 10_000 {
					parts = append(parts, one(g+1, now-15*minute, now, 2000))
				}
				return parts
			},
		},
		{
			name: "one of ten thousand groups in each flush", every: 5 * minute, flushes: 3000, depth: 30, segments: 60, amplification: 6,
			flush: func(random *rand.Rand, now int64) []Part {
				return []Part{one(1+random.IntN(10_000), now-minute, now, 2000)}
			},
		},
		{
			name: "one huge group", every: 2000, flushes: 5000, depth: 12, segments: 150, amplification: 2.5,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				return []Part{one(1, now-2000, now, 28*mib), one(2, now-2000, now, mib/10)}
			},
		},
		{
			name: "late by up to two weeks", every: 5 * minute, flushes: 2000, depth: 40, segments: 650, amplification: 5.5,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				for g := range 10 {
					parts = append(parts, one(g+1, now-5*minute, now, 27*mib/10))
				}
				late := now - random.Int64N(14*24*hour)
				return append(parts, one(11, late, late+random.Int64N(now-late), 2*mib))
			},
		},
		{
			name: "each flush two weeks at once", every: minute, flushes: 2000, depth: 40, segments: 650, amplification: 5,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				for g := range 5 {
					parts = append(parts, one(g+1, now-14*24*hour, now, 28*mib/5))
				}
				return parts
			},
		},
		{
			name: "anything of ten years", every: minute, flushes: 2000, depth: 40, segments: 300, amplification: 6,
			flush: func(random *rand.Rand, now int64) (parts []Part) {
				for g := range 5 {
					at := random.Int64N(10 * 365 * 24 * hour)
					parts = append(parts, one(g+1, at, at+random.Int64N(hour), random.Int64N(4*mib)))
				}
				return parts
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, depth, random := newSimulation(Options{}), 0, rand.New(rand.NewPCG(1, 2))
			for i := range test.flushes {
				s.now += test.every
				s.flush(test.flush(random, s.now))
				if i%(test.flushes/40+1) == 0 {
					depth = max(depth, s.depth())
				}
			}
			busy := len(s.live)
			s.now += 2 * 24 * hour
			s.compact()
			amplification := float64(s.merged) / float64(s.flushed)
			t.Logf("%.1f GB: around a moment %d segments, at a time %d, in the end %d, two days later %d (around a moment %d); %.2f bytes merged per byte",
				float64(s.flushed)/1e9, depth, s.segments, busy, len(s.live), s.depth(), amplification)
			if depth > test.depth || s.segments > test.segments || amplification > test.amplification {
				t.Errorf("want around a moment %d segments at most, at a time %d, %.1f bytes merged per byte", test.depth, test.segments, test.amplification)
			}
		})
	}
}
