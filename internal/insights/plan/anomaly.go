package plan

import "tailrace/internal/insights/syntax"

// Anomaly judges patterns by when their texts come.
type Anomaly struct {
	Time  Column // of the rows in front of the pattern: @timestamp
	Mark  Column // @anomaly: whether the pattern is one, 1 or 0
	Score Column // @anomalyScore
	When  Column // @anomalyTime: when, null if it is none
}

func (b *builder) anomaly(s *syntax.Anomaly) {
	pattern := b.lastPattern()
	switch {
	case pattern == nil || !b.ofEvents(pattern):
		b.fail(s, "anomaly judges the patterns of events: it stands behind a pattern in front of stats, sort, limit and dedup")
		return
	case pattern.Anomaly != nil:
		b.fail(s, "anomaly stands behind anomaly")
		return
	}
	after := b.scope
	b.scope = b.patternScope
	time := b.source("@timestamp")
	b.scope = after
	pattern.Anomaly = &Anomaly{Time: *time, Mark: b.made("@anomaly"), Score: b.made("@anomalyScore"), When: b.made("@anomalyTime")}
	b.scope.given = len(b.scope.shown)
}
