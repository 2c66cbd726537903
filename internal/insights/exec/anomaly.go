package exec

import (
	"math"

	"tailrace/internal/insights/pattern"
	"tailrace/internal/insights/value"
)

// A pattern is an anomaly if it comes far more often in one slice of the range of time than its part of all texts lets expect.
// The range has 32 slices. In each, a pattern is expected as often as all texts are there: its count, times the slice's texts, by all texts.
// The score is the greatest excess over that in standard deviations of a Poisson distribution, which are the root of what is
// expected (of 1 where that is less); an anomaly has a score of 6 at least, and 10 texts at least in that slice. A pattern that is
// there all the time, or as often as everything else, has a score near 0; one that is new and frequent has a high one.
const (
	anomalySlices = 32
	anomalyScore  = 6
	anomalyTexts  = 10
)

// slice is the slice that a time lies in.
func (m *miner) slice(t int64) int {
	length := float64(m.end) - float64(m.start) + 1
	at := (float64(t) - float64(m.start)) / length * float64(m.slices)
	return int(min(max(at, 0), float64(m.slices-1)))
}

// judge adds whether a pattern is an anomaly; slices are the numbers of all texts.
func (m *miner) judge(t *rows, p *pattern.Pattern, slices []int64, total int64) {
	op := m.op.Anomaly
	if op == nil {
		return
	}
	score, when := 0.0, 0
	count := float64(m.count(p))
	for i, texts := range p.Counts[:m.slices] {
		expected := count * float64(slices[i]) / max(float64(total), 1)
		if s := (float64(texts) - expected) / math.Sqrt(max(expected, 1)); s > score {
			score, when = s, i
		}
	}
	is := score >= anomalyScore && p.Counts[when] >= anomalyTexts
	t.append(op.Mark.Index, value.NewBool(is))
	t.append(op.Score.Index, value.NewComputed(score))
	if !is {
		t.append(op.When.Index, value.Value{})
		return
	}
	start := float64(m.start) + (float64(m.end)-float64(m.start)+1)/float64(m.slices)*float64(when)
	t.append(op.When.Index, value.NewTime(int64(start)))
}
