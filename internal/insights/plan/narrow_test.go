package plan_test

import (
	"slices"
	"testing"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
)

// What a filter says of times and streams is all that is read, and no event less than it takes: the range has both ends in it, and
// the name of a stream that is a number is equal to other spellings of that.
func TestNarrow(t *testing.T) {
	for _, c := range []struct {
		filter     string
		start, end int64
		streams    []string
	}{
		{"@timestamp < 5000", 0, 4999, nil},
		{"@timestamp <= 5000", 0, 5000, nil},
		{"@timestamp > 5000", 5001, 9000, nil},
		{"@timestamp >= 5000", 5000, 9000, nil},
		{"@timestamp = 5000", 5000, 5000, nil},
		{"@timestamp != 5000", 0, 9000, nil},
		{"@timestamp > 5000.5", 0, 9000, nil},
		{"@timestamp >= 2000 and @timestamp < 3000", 2000, 2999, nil},
		{"@timestamp >= 2000 or @timestamp < 1000", 0, 9000, nil},
		{"not @timestamp >= 2000", 0, 9000, nil},
		{"@timestamp >= 99000", 99000, 9000, nil},
		{`@logStream = "a"`, 0, 9000, []string{"a"}},
		{`@logStream in ["a", "b"] and @logStream in ["b", "c"]`, 0, 9000, []string{"b"}},
		{`@logStream = "a" or @logStream = "b"`, 0, 9000, nil},
		{`@logStream not in ["a"]`, 0, 9000, nil},
		{`@logStream != "a"`, 0, 9000, nil},
		{`@logStream in ["a", "1e1"]`, 0, 9000, nil},
		{`@logStream = 10`, 0, 9000, nil},
	} {
		text := "fields @message | filter " + c.filter
		tree, err := syntax.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		p, err := plan.Build(text, tree, plan.Env{End: 9000, Limit: 10})
		if err != nil {
			t.Fatal(text, err)
		}
		if s := p.Scan; s.Start != c.start || s.End != c.end || !slices.Equal(s.Streams, c.streams) || (s.Streams == nil) != (c.streams == nil) {
			t.Errorf("%s: times %d to %d, streams %q, want %d to %d, %q", c.filter, s.Start, s.End, s.Streams, c.start, c.end, c.streams)
		}
	}
}
