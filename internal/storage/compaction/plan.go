package compaction

import (
	"cmp"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// Segment is what a plan has to know of a live segment.
type Segment struct {
	ID    catalog.SegmentID
	Group logs.GroupID // the group whose events it holds; 0: it holds events of several
	Bytes int64        // of messages
	First int64        // least event time
	Last  int64        // greatest event time
	Since int64        // when it became live, or the engine began, epoch milliseconds
	// Retention is the shortest retention of its groups in milliseconds; 0: all are kept for ever.
	Retention int64
}

// Describe sums up what the catalog says of a segment.
func Describe(s *catalog.Segment, since int64) Segment {
	d := Segment{ID: s.ID, Since: since}
	for i, g := range s.Groups {
		d.Bytes += g.Bytes
		if i == 0 {
			d.Group, d.First, d.Last = g.Group, g.FirstEvent, g.LastEvent
			continue
		}
		d.Group, d.First, d.Last = 0, min(d.First, g.FirstEvent), max(d.Last, g.LastEvent)
	}
	return d
}

// Job is segments to be merged, in order of time.
type Job struct {
	Inputs []catalog.SegmentID
	Bytes  int64 // message bytes of the inputs
}

// bucket is where segments are merged with each other.
type bucket struct {
	group logs.GroupID // with segments of its own; 0: those that share
	cell
}

// Plan gives the merges that are due, the most urgent first. No segment is in two of them.
func Plan(live []Segment, now int64, o Options) []Job {
	o = o.WithDefaults()
	buckets := map[bucket][]*Segment{}
	for i := range live {
		b := o.bucketOf(&live[i], now)
		buckets[b] = append(buckets[b], &live[i])
	}
	var jobs []Job
	for _, members := range buckets {
		slices.SortFunc(members, func(a, b *Segment) int {
			return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last), cmp.Compare(a.ID, b.ID))
		})
		jobs = append(jobs, o.jobsOf(members, now)...)
	}
	slices.SortFunc(jobs, func(a, b Job) int {
		return cmp.Or(-cmp.Compare(len(a.Inputs), len(b.Inputs)), cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.Inputs[0], b.Inputs[0]))
	})
	return jobs
}

// bucketOf says where a segment belongs.
func (o *Options) bucketOf(s *Segment, now int64) bucket {
	b := bucket{}
	if s.Bytes >= o.OwnBytes {
		b.group = s.Group
	}
	least := 0
	if s.Bytes >= o.SegmentBytes {
		least = minLevel
	}
	b.cell = o.cellOf(s.First, s.Last, least)
	for s.Bytes < o.PieceBytes && o.mayWiden(b.cell, s, now) {
		b.cell = o.cellOf(s.First, s.Last, b.level+1)
	}
	return b
}

// widest is how many cells a retention is at least as long as: what expires bit by bit is rewritten, so that wide
// segments of what is not kept for long would be rewritten often.
const widest = 64

// mayWiden tells whether a small segment counts to the next wider cell.
func (o *Options) mayWiden(c cell, s *Segment, now int64) bool {
	return o.isOver(c, now) && s.Since <= now-o.Quiet.Milliseconds() && !o.isWidest(c.level) &&
		(s.Retention == 0 || o.length(c.level+1) <= s.Retention/widest)
}

// jobsOf finds the merges of a bucket, whose members are in order of time.
func (o *Options) jobsOf(members []*Segment, now int64) []Job {
	var tiers [Tiers][]*Segment
	for _, s := range members {
		t := o.Tier(s.Bytes)
		tiers[t] = append(tiers[t], s)
	}
	var jobs []Job
	if deep := o.deepest(tiers[0]); len(deep) >= o.FanOut {
		jobs = append(jobs, job(deep))
	}
	for _, tier := range tiers[1:] {
		for len(tier) >= o.FanOut {
			n := o.fitting(tier)
			jobs = append(jobs, job(tier[:n]))
			tier = tier[n:]
		}
	}
	if len(jobs) > 0 {
		return jobs
	}
	if rest := o.quiet(members, now); len(rest) > 1 {
		jobs = append(jobs, job(rest))
	}
	return jobs
}

// fitting is how many of a tier's segments, from the oldest events on, make one segment. When the next does not fit what is
// before it is large enough to stay.
func (o *Options) fitting(tier []*Segment) int {
	sum, n := int64(0), 0
	for n < len(tier) && n < o.MaxInputs && sum+tier[n].Bytes <= o.most() {
		sum += tier[n].Bytes
		n++
	}
	return n
}

// deepest gives the segments around the moment that most of them have in common, as many as a merge takes.
func (o *Options) deepest(members []*Segment) []*Segment {
	var deep []*Segment
	if len(members) < o.FanOut || members[0].isTiny(o) {
		return nil
	}
	var here []*Segment
	for _, s := range members {
		here = append(slices.DeleteFunc(here, func(other *Segment) bool { return other.Last < s.First }), s)
		if len(here) > len(deep) {
			deep = append(deep[:0], here...)
		}
	}
	return deep[:min(len(deep), o.MaxInputs)]
}

// isTiny tells whether a segment's events are too near each other to be split by time.
func (s *Segment) isTiny(o *Options) bool {
	return o.cellOf(s.First, s.Last, minLevel).level == minLevel
}

// quiet gives what is left of a bucket where nothing happens any more, smallest first, as long as the largest is not
// larger than the others together.
func (o *Options) quiet(members []*Segment, now int64) []*Segment {
	var rest []*Segment
	for _, s := range members {
		if s.Since > now-o.Quiet.Milliseconds() {
			return nil
		}
		if s.Bytes < o.SegmentBytes {
			rest = append(rest, s)
		}
	}
	slices.SortStableFunc(rest, func(a, b *Segment) int { return cmp.Compare(a.Bytes, b.Bytes) })
	sum, n := int64(0), 0
	for i, s := range rest[:min(len(rest), o.MaxInputs)] {
		if sum+s.Bytes > o.most() {
			break
		}
		if s.Bytes <= sum {
			n = i + 1
		}
		sum += s.Bytes
	}
	return rest[:n]
}

func job(inputs []*Segment) Job {
	var j Job
	for _, s := range inputs {
		j.Inputs = append(j.Inputs, s.ID)
		j.Bytes += s.Bytes
	}
	return j
}
