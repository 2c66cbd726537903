package storage

import (
	"slices"

	"tailrace/internal/logs"
)

// slope is the message bytes of a millisecond that some segment holds more, or less, from a time on.
type slope struct{ at, bytes float64 }

// shorten ends a scan early in time if its segments hold more than q.MaxBytes: without it a scan that looks for what is
// rare reads all of every segment that has a moment in common with the first before it can say that there is nothing yet.
// The bytes of a segment are taken to lie evenly between its first and last event.
func (s *Scanner) shorten() {
	if s.q.MaxBytes <= 0 {
		return
	}
	slopes := make([]slope, 0, 2*len(s.held))
	for l := range s.held {
		g, _ := groupOf(&l.meta, s.q.Group)
		from, to := float64(g.FirstEvent), float64(g.LastEvent)+1
		rate := float64(g.Bytes) / (to - from)
		from, to = max(from, float64(s.lo.Timestamp)), min(to, float64(s.hi.Timestamp)+1)
		if s.q.Reverse {
			from, to = -to, -from
		}
		slopes = append(slopes, slope{from, rate}, slope{to, -rate})
	}
	end, ok := fill(slopes, float64(s.q.MaxBytes))
	switch {
	case !ok:
	case s.q.Reverse:
		s.startAt(int64(-end))
	default:
		s.endAt(int64(end))
	}
}

// fill is the time up to which so many bytes lie, false if there are fewer.
func fill(slopes []slope, most float64) (end float64, ok bool) {
	slices.SortFunc(slopes, func(a, b slope) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	bytes, rate := 0.0, 0.0
	for i, x := range slopes {
		if i > 0 && rate > 0 {
			from := slopes[i-1].at
			if bytes += rate * (x.at - from); bytes > most {
				return x.at - (bytes-most)/rate, true
			}
		}
		rate += x.bytes
	}
	return 0, false
}

// endAt leaves out the events from a time on, but for the first millisecond.
func (s *Scanner) endAt(ms int64) {
	if ms = max(ms, s.lo.Timestamp+1); ms > s.hi.Timestamp {
		return
	}
	s.hi = logs.MaxEventID(ms - 1)
	s.q.Range.End, s.q.Before = ms, logs.EventID{}
	s.rest = s.hi
	s.leaveOut()
}

// startAt leaves out the events before a time, but for the last millisecond.
func (s *Scanner) startAt(ms int64) {
	if ms = min(ms, s.hi.Timestamp); ms <= s.lo.Timestamp {
		return
	}
	s.lo = logs.MinEventID(ms)
	s.q.Range.Start, s.q.After = ms, logs.EventID{}
	s.rest = s.lo
	s.leaveOut()
}

// leaveOut gives up the segments that have nothing between the scan's ends any more.
func (s *Scanner) leaveOut() {
	for l := range s.held {
		if g, _ := groupOf(&l.meta, s.q.Group); g.FirstEvent > s.hi.Timestamp || g.LastEvent < s.lo.Timestamp {
			s.done(l)
		}
	}
}

// Rest is the id behind which (before which, in reverse) another scan goes on if this one came to its end and left out what
// lies there because of Query.MaxBytes; zero if it left out nothing.
func (s *Scanner) Rest() logs.EventID { return s.rest }
