package logs

import (
	"cmp"
	"fmt"
	"math/bits"
)

// Event is one log event as a client sends it: when, in epoch milliseconds, and what, in UTF-8. Message is not owned:
// who keeps an event longer than the call that brought it copies the bytes.
type Event struct {
	Timestamp int64
	Message   []byte
}

// EventOverhead is what CloudWatch Logs adds to the UTF-8 length of each message when it measures a batch or a page
// (cloudwatch-logs.md §5).
const EventOverhead = 26

// EventID identifies an event and is its place in the total order of events: by event time, then ingestion time, then
// request, then index in the request. Printed it is the decimal of
//
//	Timestamp<<144 | Ingestion<<80 | Request<<16 | Index
//
// as Amazon's ids are (cloudwatch-logs.md §2.1): 56 digits in our time. Times are epoch milliseconds and not negative.
type EventID struct {
	Timestamp int64
	Ingestion int64
	Request   uint64
	Index     uint16
}

// MinEventID and MaxEventID are the least and the greatest id with the given event time.
func MinEventID(timestamp int64) EventID { return EventID{Timestamp: timestamp} }

// MaxEventID is the greatest id with the given event time.
func MaxEventID(timestamp int64) EventID {
	return EventID{Timestamp: timestamp, Ingestion: 1<<63 - 1, Request: 1<<64 - 1, Index: 1<<16 - 1}
}

// Compare orders ids; it returns -1, 0 or +1.
func (id EventID) Compare(other EventID) int {
	if c := cmp.Compare(id.Timestamp, other.Timestamp); c != 0 {
		return c
	}
	if c := cmp.Compare(id.Ingestion, other.Ingestion); c != 0 {
		return c
	}
	if c := cmp.Compare(id.Request, other.Request); c != 0 {
		return c
	}
	return cmp.Compare(id.Index, other.Index)
}

// Less tells whether id stands before other.
func (id EventID) Less(other EventID) bool { return id.Compare(other) < 0 }

// IsZero tells whether id is the zero value, which no stored event has.
func (id EventID) IsZero() bool { return id == EventID{} }

// String prints the id in decimal.
func (id EventID) String() string { return string(id.Append(nil)) }

const (
	word       = 10_000_000_000_000_000_000 // 10^19, the largest power of ten in 64 bits
	wordDigits = 19
	// MaxEventIDDigits is the length of the longest printed id.
	MaxEventIDDigits = 63
)

// Append appends the id in decimal to dst without allocating beyond it.
func (id EventID) Append(dst []byte) []byte {
	// The number as four 64-bit words, the highest first.
	ts, in := uint64(id.Timestamp), uint64(id.Ingestion)
	n := [4]uint64{
		ts >> 48,
		ts<<16 | in>>48,
		in<<16 | id.Request>>48,
		id.Request<<16 | uint64(id.Index),
	}
	var digits [4 * wordDigits]byte
	at := len(digits)
	for n != [4]uint64{} {
		var rest uint64
		for i := range n {
			n[i], rest = bits.Div64(rest, n[i], word)
		}
		for range wordDigits {
			at--
			digits[at] = byte('0' + rest%10)
			rest /= 10
		}
	}
	for at < len(digits)-1 && digits[at] == '0' {
		at++
	}
	if at == len(digits) {
		return append(dst, '0')
	}
	return append(dst, digits[at:]...)
}

// ParseEventID reads what Append printed. Anything but decimal digits, or a number that is no id, is an error.
func ParseEventID(s string) (EventID, error) {
	if s == "" || len(s) > MaxEventIDDigits {
		return EventID{}, fmt.Errorf("event id %q: want 1 to %d digits", s, MaxEventIDDigits)
	}
	var n [4]uint64
	for i := range len(s) {
		carry := uint64(s[i] - '0')
		if carry > 9 {
			return EventID{}, fmt.Errorf("event id %q: not a decimal number", s)
		}
		for j := len(n) - 1; j >= 0; j-- {
			high, low := bits.Mul64(n[j], 10)
			var c uint64
			n[j], c = bits.Add64(low, carry, 0)
			carry = high + c
		}
	}
	id := EventID{
		Timestamp: int64(n[0]<<48 | n[1]>>16),
		Ingestion: int64(n[1]<<48 | n[2]>>16),
		Request:   n[2]<<48 | n[3]>>16,
		Index:     uint16(n[3]),
	}
	if n[0]>>15 != 0 || id.Ingestion < 0 {
		return EventID{}, fmt.Errorf("event id %q: too large", s)
	}
	return id, nil
}
