package compaction

import (
	"cmp"
	"time"
)

// Options say how segments are laid out; zero values stand for the defaults.
type Options struct {
	// Window is the length of the windows of event time; default 6 hours.
	Window time.Duration
	// FanOut is how many segments of a tier are merged into one, 2 at least; default 8.
	FanOut int
	// MaxInputs bounds the segments of one merge, which holds a block of each in memory; default 32, at least FanOut.
	MaxInputs int
	// SegmentBytes is the size, in bytes of messages, at which a segment is not merged any more; default 1 GiB, about 150 MB
	// of file. None is made larger than twice that, unless a minute's events are.
	SegmentBytes int64
	// OwnBytes is how many message bytes a group has in a merge that gives it segments of its own; default 64 MiB.
	OwnBytes int64
	// PieceBytes is how many message bytes a window or a wider cell has in a merge that gives it a segment; default 64 MiB.
	PieceBytes int64
	// Quiet is how long nothing comes to a cell before what is left there is merged; default 30 minutes.
	Quiet time.Duration
}

// WithDefaults fills in what is zero.
func (o Options) WithDefaults() Options {
	o.Window = max(cmp.Or(o.Window, 6*time.Hour), time.Millisecond)
	o.FanOut = max(cmp.Or(o.FanOut, 8), 2)
	o.MaxInputs = max(cmp.Or(o.MaxInputs, 32), o.FanOut)
	o.SegmentBytes = cmp.Or(o.SegmentBytes, 1<<30)
	o.OwnBytes = cmp.Or(o.OwnBytes, 64<<20)
	o.PieceBytes = cmp.Or(o.PieceBytes, 64<<20)
	o.Quiet = cmp.Or(o.Quiet, 30*time.Minute)
	return o
}

// most is the size that no segment should exceed.
func (o *Options) most() int64 { return 2 * o.SegmentBytes }

// Tiers is how many tiers there are. In the last sizes do not matter: files are mostly overhead there.
const Tiers = 7

// Tier is the tier of a size in message bytes, for options with their defaults: 0 for segments that stay, 1 for those of
// at least a FanOut-th of that, and so on.
func (o *Options) Tier(bytes int64) int {
	tier := 0
	for least := o.SegmentBytes; bytes < least && tier < Tiers-1; tier++ {
		least /= int64(o.FanOut)
	}
	return tier
}
