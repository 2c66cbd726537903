package plan

import (
	"slices"
	"strconv"

	"tailrace/internal/insights/syntax"
)

// Pattern makes one row of each pattern that texts have (package pattern), the most frequent ones first. Texts that are null have
// none.
type Pattern struct {
	X Expr
	// Diff is what compares with an earlier range of time, Anomaly what judges the patterns; nil: nothing.
	Diff    *Diff
	Anomaly *Anomaly
}

// The columns of patterns; those of Diff and Anomaly follow.
const (
	PatternText     = iota // @pattern
	PatternRatio           // @ratio: its part of all texts, 0 to 1
	PatternCount           // @sampleCount: how many texts have it
	PatternSeverity        // @severityLabel: Error, Warning, Info or Debug, null without one
	patternColumns
)

// patternNames are the columns' names.
var patternNames = [patternColumns]string{"@pattern", "@ratio", "@sampleCount", "@severityLabel"}

// Local implements Op.
func (*Pattern) Local() bool { return false }

// Effect implements Op.
func (*Pattern) Effect() Effect { return Replaces }

func (p *Pattern) String() string {
	text := "pattern " + p.X.String()
	if p.Diff != nil {
		text += "\n" + p.Diff.String()
	}
	if p.Anomaly != nil {
		text += "\nanomaly"
	}
	return text
}

func (p *Pattern) uses(columns Columns) {
	columns.add(p.X)
	if p.Anomaly != nil {
		columns.add(&p.Anomaly.Time)
	}
}

func (*Pattern) makes(Columns) {}

func (b *builder) pattern(s *syntax.Pattern) {
	x := b.expr(s.Expr)
	b.single("pattern", s.Expr, x)
	b.addPattern(x)
}

func (b *builder) addPattern(x Expr) *Pattern {
	op := &Pattern{X: x}
	b.patternScope = b.scope
	b.scope = newScope()
	b.scope.closed = true
	for _, name := range patternNames {
		b.made(name)
	}
	b.scope.given = len(b.scope.shown)
	b.add(op)
	return op
}

// lastPattern is the pattern command whose rows there are, nil if they are others.
func (b *builder) lastPattern() *Pattern {
	for _, op := range slices.Backward(b.plan.Ops) {
		if op.Effect() == Replaces {
			pattern, _ := op.(*Pattern)
			return pattern
		}
	}
	return nil
}

// ofEvents tells whether a pattern command works on events as they are read: not on a selection that depends on others, or on
// groups of them.
func (b *builder) ofEvents(p *Pattern) bool {
	for _, op := range b.plan.Ops {
		if op == Op(p) {
			return true
		}
		if !op.Local() {
			break
		}
	}
	return false
}

// millis prints a time of a plan.
func millis(t int64) string { return strconv.FormatInt(t, 10) }
