package compaction

import (
	"cmp"
	"slices"

	"tailrace/internal/logs"
)

// Part is some of what a merge reads: a group's events that lie, as far as is known evenly, between two times.
type Part struct {
	Group logs.GroupID
	First int64 // least event time
	Last  int64 // greatest event time
	Bytes int64 // of messages
}

// Output is what one segment of a merge's result is to hold. Each event belongs to exactly one output.
type Output struct {
	Group  logs.GroupID     // 0: all groups that have no outputs of their own
	Ranges []logs.TimeRange // event times, in order and apart from each other
}

// Split lays out anew what a merge reads. An output may turn out to be empty.
func Split(parts []Part, o Options) []Output {
	o = o.WithDefaults()
	slices.SortStableFunc(parts, func(a, b Part) int { return cmp.Compare(a.Group, b.Group) })
	var outputs []Output
	var shared []Part
	for rest := parts; len(rest) > 0; {
		n, sum := 0, int64(0)
		for n < len(rest) && rest[n].Group == rest[0].Group {
			sum += rest[n].Bytes
			n++
		}
		if sum >= o.OwnBytes {
			outputs = append(outputs, o.split(rest[0].Group, rest[:n])...)
		} else {
			shared = append(shared, rest[:n]...)
		}
		rest = rest[n:]
	}
	if len(shared) > 0 {
		outputs = append(outputs, o.split(0, shared)...)
	}
	return outputs
}

// splitter divides the parts of one group, or of those that share.
type splitter struct {
	*Options
	group   logs.GroupID
	outputs []Output
}

func (o *Options) split(group logs.GroupID, parts []Part) []Output {
	first, last, sum := parts[0].First, parts[0].Last, int64(0)
	for _, p := range parts {
		first, last, sum = min(first, p.First), max(last, p.Last), sum+p.Bytes
	}
	least := 0
	if sum > o.most() {
		least = minLevel
	}
	s := splitter{Options: o, group: group}
	root := o.cellOf(first, last, least)
	if root.level <= 0 && sum <= o.most() || sum < 2*o.PieceBytes {
		return []Output{{Group: group, Ranges: []logs.TimeRange{logs.AllTime}}}
	}
	_, rest := s.children(root.level, first, last, parts)
	s.emit(rest)
	s.cover()
	return s.outputs
}

// children divides the times from first to last into the cells below a level. It gives outputs to those that have enough
// and returns what the others have.
func (s *splitter) children(level int, first, last int64, parts []Part) (bytes float64, rest []logs.TimeRange) {
	length := s.length(level - 1)
	for i := first / length; i <= last/length; i++ {
		child := logs.TimeRange{Start: i * length, End: logs.AllTime.End}
		if i < logs.AllTime.End/length {
			child.End = child.Start + length
		}
		b, r := s.cell(level-1, child, within(parts, child))
		if b >= float64(s.PieceBytes) {
			s.emit(r)
			continue
		}
		bytes += b
		rest = join(rest, r)
	}
	return bytes, rest
}

// cell divides one cell, if it has enough for more than one output.
func (s *splitter) cell(level int, r logs.TimeRange, parts []Part) (float64, []logs.TimeRange) {
	sum := 0.0
	for _, p := range parts {
		sum += p.in(r)
	}
	if sum < float64(s.PieceBytes) || level <= 0 && sum <= float64(s.most()) || level <= minLevel || r.End-r.Start < 4 {
		return sum, []logs.TimeRange{r}
	}
	return s.children(level, r.Start, r.End-1, parts)
}

func (s *splitter) emit(ranges []logs.TimeRange) {
	if len(ranges) > 0 {
		s.outputs = append(s.outputs, Output{Group: s.group, Ranges: ranges})
	}
}

// cover widens the outermost ranges: what was said of the parts decides how much is where, not whether it is kept.
func (s *splitter) cover() {
	first, last := &s.outputs[0].Ranges[0], &s.outputs[0].Ranges[0]
	for i := range s.outputs {
		ranges := s.outputs[i].Ranges
		if ranges[0].Start < first.Start {
			first = &ranges[0]
		}
		if end := &ranges[len(ranges)-1]; end.End > last.End {
			last = end
		}
	}
	first.Start, last.End = logs.AllTime.Start, logs.AllTime.End
}

// in is how many bytes of the part lie in a range.
func (p *Part) in(r logs.TimeRange) float64 {
	from, to := max(p.First, r.Start), min(p.Last, r.End-1)
	if from > to {
		return 0
	}
	return float64(p.Bytes) * (float64(to-from) + 1) / (float64(p.Last-p.First) + 1)
}

// within gives the parts that have something in a range.
func within(parts []Part, r logs.TimeRange) []Part {
	var some []Part
	for _, p := range parts {
		if p.Last >= r.Start && p.First < r.End {
			some = append(some, p)
		}
	}
	return some
}

// join appends ranges that lie behind the others.
func join(ranges, more []logs.TimeRange) []logs.TimeRange {
	for _, r := range more {
		if n := len(ranges); n > 0 && ranges[n-1].End == r.Start {
			ranges[n-1].End = r.End
			continue
		}
		ranges = append(ranges, r)
	}
	return ranges
}
