package head

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"tailrace/internal/logs"
)

// MaxRunEvents is the most events that one run can number (logs.EventID.Index has 16 bits).
const MaxRunEvents = 1 << 16

// runVersion is the first byte of every encoded run.
const runVersion = 1

// ErrMalformed says that bytes are no encoded run.
var ErrMalformed = errors.New("malformed run")

// ErrVersion says that a run was encoded by a newer program.
var ErrVersion = errors.New("run of a newer format version")

// ErrUnordered says that the events of a run do not stand in order of time, or that the first time is negative.
var ErrUnordered = errors.New("events are not in order of time")

// ErrTime says that an event's time is outside logs.AllTime, which is what a flush reads, or that the time of ingestion is
// negative.
var ErrTime = errors.New("time is out of range")

// Run is what one request brought for one stream: at least one event, in order of time and so in order of id. It keeps
// the events in their encoded form, which is also the payload of the write-ahead log's record. A run is immutable.
type Run struct {
	Group     logs.GroupID
	Stream    logs.StreamID
	Ingestion int64
	Request   uint64 // not encoded: the record's position in the write-ahead log
	Count     int
	First     int64 // least event time
	Last      int64 // greatest event time
	Bytes     int64 // sum of message bytes

	payload []byte
	body    []byte // the part of payload that holds the events
}

// Encode makes a run of events and copies their messages; the request number is not known yet.
func Encode(group logs.GroupID, stream logs.StreamID, ingestion int64, events []logs.Event) (Run, error) {
	if len(events) == 0 || len(events) > MaxRunEvents {
		return Run{}, fmt.Errorf("%d events, want 1 to %d", len(events), MaxRunEvents)
	}
	if ingestion < 0 || events[len(events)-1].Timestamp >= logs.AllTime.End {
		return Run{}, ErrTime
	}
	run := Run{
		Group: group, Stream: stream, Ingestion: ingestion, Count: len(events),
		First: events[0].Timestamp, Last: events[len(events)-1].Timestamp,
	}
	size := 1 + uvarintLen(uint64(group)) + uvarintLen(uint64(stream)) + uvarintLen(uint64(ingestion)) + uvarintLen(uint64(len(events)))
	last := int64(0)
	for i := range events {
		delta := events[i].Timestamp - last
		if delta < 0 {
			return Run{}, ErrUnordered
		}
		size += uvarintLen(uint64(delta)) + uvarintLen(uint64(len(events[i].Message))) + len(events[i].Message)
		run.Bytes += int64(len(events[i].Message))
		last = events[i].Timestamp
	}
	p := append(make([]byte, 0, size), runVersion)
	for _, v := range [...]uint64{uint64(group), uint64(stream), uint64(ingestion), uint64(len(events))} {
		p = binary.AppendUvarint(p, v)
	}
	start := len(p)
	last = 0
	for i := range events {
		p = binary.AppendUvarint(p, uint64(events[i].Timestamp-last))
		p = binary.AppendUvarint(p, uint64(len(events[i].Message)))
		p = append(p, events[i].Message...)
		last = events[i].Timestamp
	}
	run.payload, run.body = p, p[start:]
	return run, nil
}

func uvarintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// Decode reads what Encode made and checks all of it; the run keeps payload. ErrMalformed, ErrVersion.
func Decode(payload []byte) (Run, error) {
	switch {
	case len(payload) == 0 || payload[0] == 0:
		return Run{}, fmt.Errorf("%w: no version", ErrMalformed)
	case payload[0] > runVersion:
		return Run{}, ErrVersion
	}
	run, rest := Run{payload: payload}, payload[1:]
	var head [4]uint64
	for i := range head {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return Run{}, fmt.Errorf("%w: short header", ErrMalformed)
		}
		head[i], rest = v, rest[n:]
	}
	if head[2] > 1<<63-1 || head[3] == 0 || head[3] > MaxRunEvents {
		return Run{}, fmt.Errorf("%w: header out of range", ErrMalformed)
	}
	run.Group, run.Stream = logs.GroupID(head[0]), logs.StreamID(head[1])
	run.Ingestion, run.Count, run.body = int64(head[2]), int(head[3]), rest
	return run, run.check()
}

// check walks over the events of a decoded run and fills what is known only then.
func (r *Run) check() error {
	at, last := 0, int64(0)
	for i := range r.Count {
		delta, n := binary.Uvarint(r.body[at:])
		if n <= 0 || delta > uint64(1<<63-1-last) {
			return fmt.Errorf("%w: time of event %d", ErrMalformed, i)
		}
		at += n
		length, n := binary.Uvarint(r.body[at:])
		if n <= 0 || length > uint64(len(r.body)-at-n) {
			return fmt.Errorf("%w: length of event %d", ErrMalformed, i)
		}
		at += n + int(length)
		last += int64(delta)
		r.Bytes += int64(length)
		if i == 0 {
			r.First = last
		}
	}
	if at != len(r.body) {
		return fmt.Errorf("%w: bytes after the last event", ErrMalformed)
	}
	r.Last = last
	return nil
}

// Payload is the encoded run. Nobody changes it.
func (r *Run) Payload() []byte { return r.payload }

// Min and Max are the ids of the first and the last event.
func (r *Run) Min() logs.EventID {
	return logs.EventID{Timestamp: r.First, Ingestion: r.Ingestion, Request: r.Request}
}

// Max is the id of the last event.
func (r *Run) Max() logs.EventID {
	return logs.EventID{Timestamp: r.Last, Ingestion: r.Ingestion, Request: r.Request, Index: uint16(r.Count - 1)}
}
