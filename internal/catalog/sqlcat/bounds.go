package sqlcat

import "bytes"

// span is a range of names: from belongs to it, to does not. A nil to has no end.
type span struct{ from, to []byte }

// prefixSpan is the range of all names that begin with prefix.
func prefixSpan(prefix string) span {
	return span{from: []byte(prefix), to: afterPrefix(prefix)}
}

// afterPrefix is the least name that is greater than every name with the prefix, or nil if there is none: the prefix
// without the 0xFF bytes it ends with, its last byte one up.
func afterPrefix(prefix string) []byte {
	end := []byte(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xFF {
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return nil
	}
	end[len(end)-1]++
	return end
}

// above cuts off everything up to name, name too. The least name greater than name is name and a zero byte.
func (s span) above(name string) span {
	if next := append([]byte(name), 0); bytes.Compare(next, s.from) > 0 {
		s.from = next
	}
	return s
}

// below cuts off name and everything greater.
func (s span) below(name string) span {
	if s.to == nil || bytes.Compare([]byte(name), s.to) < 0 {
		s.to = append([]byte{}, name...)
	}
	return s
}

// isEmpty tells whether no name can be in the span.
func (s span) isEmpty() bool { return s.to != nil && bytes.Compare(s.from, s.to) >= 0 }
