package plan

import "tailrace/internal/insights/syntax"

// Diff counts patterns in an earlier range of time too: epoch milliseconds, both ends inclusive. Patterns that there are in that
// one only are rows too; the greatest differences come first.
type Diff struct {
	Start, End int64
	Before     Column // @previousSampleCount: how many texts of the earlier range have the pattern
	Difference Column // @difference: @sampleCount less that
}

func (d *Diff) String() string { return "diff with " + millis(d.Start) + " to " + millis(d.End) }

// diff compares with the range a day, a week or a month before, or the one that ends where this one starts.
func (b *builder) diff(s *syntax.Diff) {
	if s.Before == "" {
		length := b.env.End - b.env.Start + 1
		b.compare(s, b.env.Start-length, b.env.Start-1)
		return
	}
	shift := &syntax.Duration{Span: s.Span, Count: 1, Unit: s.Before}
	b.compare(s, b.before(shift, b.env.Start), b.before(shift, b.env.End))
}

// compare compares the patterns of the query, of messages if it asks for none, with those of an earlier range.
func (b *builder) compare(s syntax.Stage, start, end int64) {
	pattern := b.lastPattern()
	if pattern == nil && !b.scope.closed {
		pattern = b.addPattern(b.source("@message"))
	}
	switch {
	case pattern == nil || !b.ofEvents(pattern):
		b.fail(s, "%s compares the patterns of events: it stands behind pattern or in front of stats, sort, limit and dedup", s.Command())
		return
	case pattern.Diff != nil:
		b.fail(s, "%s compares what is compared already", s.Command())
		return
	}
	pattern.Diff = &Diff{Start: start, End: end, Before: b.made("@previousSampleCount"), Difference: b.made("@difference")}
	b.scope.given = len(b.scope.shown)
}
