package compaction

import "math"

// cell is a piece of event time: the index-th of its level's length, from the beginning of time.
type cell struct {
	level int
	index int64
}

const (
	// minLevel bounds how far windows are divided for segments that are large: 6 hours become 84 seconds.
	minLevel = -4
	// maxLength bounds the widest cells, in milliseconds.
	maxLength = int64(math.MaxInt64) / 4
)

// length is a level's length in milliseconds; the levels end where no longer one is possible.
func (o *Options) length(level int) int64 {
	length := o.Window.Milliseconds()
	for ; level > 0 && length <= maxLength/4; level-- {
		length *= 4
	}
	for ; level < 0 && length >= 4; level++ {
		length /= 4
	}
	return length
}

// isWidest tells whether there is no longer level.
func (o *Options) isWidest(level int) bool { return o.length(level+1) == o.length(level) && level > 0 }

// cellOf is the smallest cell, of a level or above, that holds the times from first to last.
func (o *Options) cellOf(first, last int64, level int) cell {
	for ; ; level++ {
		length := o.length(level)
		c := cell{level, last / length}
		if first >= c.index*length-length/4 || o.isWidest(level) {
			return c
		}
	}
}

// isOver tells whether a cell lies in the past as of a time.
func (o *Options) isOver(c cell, now int64) bool {
	return c.index < now/o.length(c.level)
}
