package storage

// sorter sorts rows by id. What passes gather consists of ascending sequences, one a stream at least, which it merges in
// pairs; it moves 16 bytes a row, not rows. It keeps its memory.
type sorter struct {
	places, spare []place
	ends          []int // of the sequences
}

// place is where a row lies, with its time, which decides most comparisons.
type place struct {
	time int64
	row  int32
}

// sort gives the rows in ascending order of id; it is valid until the next call.
func (s *sorter) sort(rows []row) []place {
	s.split(rows)
	for len(s.ends) > 1 {
		to, ends, from := s.spare[:0], s.ends[:0], 0
		for i := 0; i < len(s.ends); i += 2 {
			middle := s.ends[i]
			end := middle
			if i+1 < len(s.ends) {
				end = s.ends[i+1]
			}
			to = mergePlaces(rows, to, s.places[from:middle], s.places[middle:end])
			ends, from = append(ends, end), end
		}
		s.places, s.spare, s.ends = to, s.places, ends
	}
	return s.places
}

// split finds the ascending sequences.
func (s *sorter) split(rows []row) {
	s.places, s.ends = s.places[:0], s.ends[:0]
	for i := range rows {
		if i > 0 && rows[i].id.Less(rows[i-1].id) {
			s.ends = append(s.ends, i)
		}
		s.places = append(s.places, place{rows[i].id.Timestamp, int32(i)})
	}
	s.ends = append(s.ends, len(rows))
}

// mergePlaces appends two sequences to dst as one.
func mergePlaces(rows []row, dst, a, b []place) []place {
	for len(a) > 0 && len(b) > 0 {
		if b[0].time < a[0].time || b[0].time == a[0].time && rows[b[0].row].id.Less(rows[a[0].row].id) {
			dst, b = append(dst, b[0]), b[1:]
		} else {
			dst, a = append(dst, a[0]), a[1:]
		}
	}
	return append(append(dst, a...), b...)
}
