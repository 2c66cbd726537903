package wal

import (
	"fmt"
	"math"
)

// Record is one record of a log.
type Record struct {
	File     string // name in the log's directory
	Offset   int64  // of its header in the file
	Sequence uint64
	Payload  []byte // the receiver's to keep
}

// End is the offset behind the record.
func (r *Record) End() int64 { return r.Offset + recordHeader + int64(len(r.Payload)) }

// FileState is what Walk found in one file.
type FileState struct {
	Name  string
	Bytes int64
	// First is the sequence that the header begins with, Last that of the last record, First-1 without any.
	First, Last uint64
	Records     int64
	// End is behind the last record that counts.
	End int64
	// Torn counts the bytes behind End in the last file: the group that was being written when the writing process ended, or that
	// it is writing now. Nobody was told that they are stored; the next start cuts them off.
	Torn int64
	// Refused counts the bytes behind End in another file: records that could not be taken back and that the next file's first
	// sequence makes void.
	Refused int64
	// Missing counts the records that are missing between the file before and this one.
	Missing uint64
	// Damage is what is unreadable though it was durable; nil: nothing. Its Quarantine is empty.
	Damage *Damage
	// Begun tells a file without a whole header that never held a record; the next start removes it.
	Begun bool
}

// Walk gives every record that a start would find, flushed or not, to visit, in the order of sequences, and tells how each file
// stands. An error of visit ends it.
func (v *View) Walk(visit func(Record) error) ([]FileState, error) {
	r := recovery{}
	limit := uint64(math.MaxUint64)
	for i := len(v.files) - 1; i >= 0; i-- {
		if f := &v.files[i]; f.invalid == nil {
			f.limit = limit
			limit = min(limit, f.first)
		}
	}
	if limit != math.MaxUint64 {
		r.after, r.next = limit-1, limit
	}
	last := len(v.files) - 1
	for last > 0 && v.files[last].invalid != nil {
		last--
	}
	states := make([]FileState, 0, len(v.files))
	for i := range v.files {
		s, err := v.walkFile(&r, &v.files[i], i == last, visit)
		if err != nil {
			return states, fmt.Errorf("%s: %w", v.files[i].name, err)
		}
		states = append(states, s)
	}
	return states, nil
}

// walkFile is recovery.file without what that changes.
func (v *View) walkFile(r *recovery, f *viewFile, last bool, visit func(Record) error) (FileState, error) {
	s := FileState{Name: f.name, Bytes: f.size, First: f.first}
	if f.invalid != nil {
		if s.Begun = f.size <= recordsStart; !s.Begun {
			s.Damage = &Damage{File: f.name, Bytes: f.size, Err: f.invalid}
		}
		return s, nil
	}
	p := replayer{
		recovery: r, file: &f.found, last: last, off: recordsStart,
		in:     reader{f: f.f, size: f.size, salt: f.salt, window: r.window[:0]},
		damage: Damage{File: f.name},
	}
	if f.first > r.next {
		s.Missing = r.lose(f.first)
	}
	s.Last = f.first - 1
	r.replay = func(sequence uint64, payload []byte) error {
		s.Records++
		s.Last = sequence
		return visit(Record{File: f.name, Offset: p.off, Sequence: sequence, Payload: payload})
	}
	err := p.records()
	r.window = p.in.window
	s.End = p.off
	p.damage.Err = p.in.broken
	switch rest := f.size - p.off; {
	case p.damage.Bytes > 0 || p.damage.Lost > 0 || p.damage.Err != nil:
		s.Damage = &p.damage
	case last:
		s.Torn = max(rest, 0)
	default:
		s.Refused = max(rest, 0)
	}
	return s, err
}
