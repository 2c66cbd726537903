package logs

// GroupID and StreamID are internal numbers, given at creation and never used again: what is deleted and made anew
// under the same name is another group or stream.
type (
	GroupID  uint64
	StreamID uint64
)

// Scope is what every resource belongs to: an account of twelve digits and a region.
type Scope struct {
	Account string
	Region  string
}

// TimeRange is a span of event time in epoch milliseconds: Start belongs to it, End does not.
type TimeRange struct {
	Start int64
	End   int64
}

// AllTime is the range that holds every event.
var AllTime = TimeRange{Start: 0, End: 1<<63 - 1}

// Contains tells whether ms lies in the range.
func (r TimeRange) Contains(ms int64) bool { return ms >= r.Start && ms < r.End }

// IsEmpty tells whether nothing can lie in the range.
func (r TimeRange) IsEmpty() bool { return r.End <= r.Start }

// Overlaps tells whether the closed span first to last has a moment in common with the range.
func (r TimeRange) Overlaps(first, last int64) bool { return first < r.End && last >= r.Start }
