package storage

import (
	"errors"
	"math"

	"tailrace/internal/logs"
)

// errDense ends a pass that looks at much more than its slice was taken to hold.
var errDense = errors.New("slice holds more than was expected")

// The message bytes that a search looks at are bounded (Query.MaxBytes), and it comes forward with its segments' slices: it gives
// the events of a time when all segments have passed over it. A burst that fell into one slice would use up all that there is,
// and the search would stand where it was. So slices are small parts of MaxBytes, and a pass that looks at more than it was to is
// made again with a smaller one; and one that found nothing in its slice waits for the others.
const (
	// The first slices of all segments that overlap are together 1/firstShare of MaxBytes, the last ones all of it.
	firstShare = 16
	// A pass looks at so many times its target at most.
	denseShare = 2

	maxLength = 1 << 50 // milliseconds
)

// pacing is how the slices of a search follow from what those before them held.
type pacing struct {
	small  float64 // most target of the first slice, and of the others if uneven; 0: what the search looks at does not matter
	large  float64 // of the others
	uneven bool    // events do not lie evenly in time: slices go by where blocks begin,
	length int64   // and are as many milliseconds long at most, if it is not 0
	waits  bool    // next found nothing so far
}

// newPacing is that of a search that may look at so many bytes in a segment; less than one of its blocks, which is decoded anyway, is no target.
func newPacing(share, block float64) pacing {
	return pacing{small: max(share/firstShare, block, 1), large: max(share, block, 1)}
}

// most is how many message bytes the next pass may look at.
func (p *pass) most() int64 {
	if p.small == 0 {
		return math.MaxInt64
	}
	return max(1, int64(denseShare*p.target))
}

// grow makes the next slice larger than one that was found empty, or not, after a look at so many bytes.
func (p *pass) grow(empty bool, looked int64) {
	if p.uneven {
		if denseShare*looked < p.most() {
			p.length = min(2*p.length, maxLength)
		}
		return
	}
	p.target *= sliceGrowth
	if empty {
		p.target *= sliceGrowth
	}
	if p.small > 0 {
		p.target = min(p.target, p.large)
	}
}

// shorten makes less of a slice that turned out to be dense; false if that cannot be.
func (p *pass) shorten(s *Scanner, lo, hi logs.EventID) (logs.EventID, logs.EventID, bool) {
	switch {
	case !p.uneven:
		p.uneven = true
		p.target = p.small
	case lo.Timestamp == hi.Timestamp:
		return lo, hi, false
	default: // blocks do not tell enough
		p.length = (hi.Timestamp-lo.Timestamp)/4 + 1
	}
	lo, hi = p.unevenSlice(s, lo, hi)
	return lo, hi, true
}

// unevenSlice is slice by where blocks begin.
func (p *pass) unevenSlice(s *Scanner, lo, hi logs.EventID) (least, most logs.EventID) {
	if at, ok := p.reader.Cut(s.q.Group, lo, hi, int64(p.target), s.q.Reverse); !ok {
	} else if s.q.Reverse {
		lo = at
	} else if before, ok := at.Previous(); ok {
		hi = before
	}
	if p.length > 0 {
		return p.begin(s, lo, hi, p.length-1)
	}
	return lo, hi
}
