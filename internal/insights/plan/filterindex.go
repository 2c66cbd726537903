package plan

import (
	"slices"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

// defaultIndexes are the fields that every group has an index on (cloudwatch-logs.md §11).
var defaultIndexes = []string{
	"@logStream", "@aws.region", "@aws.account", "@source.log", "@data_source_name", "@data_source_type", "@data_format",
	"traceId", "severityText", "attributes.session.id",
}

// filterIndex filters, where groups have an index on the field. There are no indexes but the usual ones, so that any other field
// would leave nothing: that is refused.
func (b *builder) filterIndex(s *syntax.FilterIndex) {
	name := s.Field.Name()
	if !slices.Contains(defaultIndexes, name) {
		b.fail(s.Field, "no log group has an index on '%s': use filter", name)
		return
	}
	x := b.field(s.Field)
	in := &In{X: x}
	for _, e := range s.Values {
		in.List = append(in.List, b.expr(e))
	}
	if len(in.List) == 1 {
		b.add(&Filter{&Compare{value.Equal, x, in.List[0]}})
		return
	}
	b.add(&Filter{in})
}
