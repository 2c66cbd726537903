package wal

import (
	"errors"
	"fmt"
)

// replayer goes through the records of one file.
type replayer struct {
	*recovery
	in     reader
	file   *found
	last   bool // no file follows
	off    int64
	proven int64 // up to here later records say that it was on stable storage
	stable uint64
	damage Damage
}

// file replays a file's records and puts it among the log's files; the last one, if nothing is wrong with it, becomes
// the active file.
func (r *recovery) file(f *found, last bool) error {
	p := replayer{
		recovery: r, file: f, last: last, off: recordsStart, proven: recordsStart,
		in:     reader{f: f.f, size: f.size, salt: f.salt, window: r.window[:0]},
		damage: Damage{File: f.name},
	}
	if f.first > r.next {
		if n := r.lose(f.first); n > 0 {
			r.damaged(Damage{File: f.name, Lost: n, Err: fmt.Errorf("records before sequence %d are missing", f.first)})
		}
	}
	if err := p.records(); err != nil {
		return err
	}
	r.window = p.in.window
	syncErr := p.renew()
	if syncErr != nil {
		r.log.o.Logger.Warn("write-ahead log: sync what was replayed", "file", f.name, "error", syncErr)
	}
	damaged := p.report()
	switch {
	case !last || damaged || syncErr != nil || !p.cutTail() || r.next <= r.after || p.off >= r.log.o.FileBytes:
		f.last = r.next - 1
		r.log.files = append(r.log.files, f.logFile)
	default:
		f.size = p.off
		r.log.active = &active{logFile: f.logFile, f: f.f, salt: f.salt, end: p.off}
		f.f = nil
	}
	return nil
}

// records replays what can be read. It leaves off behind the last record that counts.
func (p *replayer) records() error {
	for p.off < p.in.size && p.next < p.file.limit {
		rec, ok := p.in.header(p.off)
		ok = ok && rec.seq >= p.next
		if ok && rec.seq >= p.file.limit {
			break
		}
		intact := false
		if ok {
			var err error
			if intact, err = p.record(rec); err != nil {
				return err
			}
		}
		if intact {
			if p.stable != rec.durable() {
				p.stable, p.proven = rec.durable(), p.off
			}
			p.off += rec.size()
			continue
		}
		skip := int64(1)
		if ok {
			skip = rec.size()
		}
		if !p.resync(p.off + skip) {
			break
		}
	}
	return nil
}

// renew makes durable what counts from now on. After the end of the process alone, what was being written last is there but
// not durable, the name of the file included; and if a sync failed before, the system may think that there is nothing left to
// write. So what no later record proves is written again before the sync.
func (p *replayer) renew() error {
	if !p.last && p.next <= p.after+1 {
		return nil // all of it is flushed
	}
	from := p.proven
	if from == recordsStart {
		from = 0 // the header neither
	}
	buf := make([]byte, min(p.off-from, bufferBytes))
	for at := from; at < p.off; {
		b := buf[:min(p.off-at, bufferBytes)]
		_, err := p.file.f.ReadAt(b, at)
		if err == nil {
			_, err = p.file.f.WriteAt(b, at)
		}
		if err != nil {
			return err
		}
		at += int64(len(b))
	}
	err := p.file.f.Sync()
	if p.last {
		err = errors.Join(err, p.log.syncNames())
	}
	return err
}

// record replays the record at off unless it was flushed; false if its payload is damaged.
func (p *replayer) record(rec record) (intact bool, err error) {
	if rec.seq <= p.after {
		p.Skipped++
		p.next = rec.seq + 1
		return true, nil
	}
	payload, ok := p.in.payload(p.off, rec)
	if !ok {
		return false, nil
	}
	p.damage.Lost += p.lose(rec.seq)
	p.next = rec.seq + 1
	p.Records++
	p.Bytes += int64(len(payload))
	return true, p.replay(rec.seq, payload)
}

// lose moves on to a sequence and counts the records that are missing before it.
func (r *recovery) lose(to uint64) (lost uint64) {
	if from := max(r.next, r.after+1); from < to {
		lost = to - from
	}
	r.Lost += lost
	r.next = to
	return lost
}

// resync looks from a position on for the next record after the unusable bytes at off, and moves off there. It returns
// false if there is nothing more to replay.
//
// In the last file the bytes may be what a crash left of a group that was being written: nobody was told that it was stored,
// and the rest of the log does not count. They are damage if any record behind them says that the missing one was
// durable when it was written, or if they could not be read. What lies at the very end speaks for itself only in the files
// before, where the next file's first sequence says what is missing.
func (p *replayer) resync(from int64) bool {
	at, _, ok := p.in.find(from, p.next, p.file.limit)
	if p.last && p.in.broken == nil && !p.wasDurable(at, ok) {
		return false
	}
	if p.in.broken == nil && !p.last && p.file.limit <= p.after+1 {
		p.lose(p.file.limit) // nothing that is still needed
		return false
	}
	if p.damage.Bytes == 0 {
		p.damage.Offset = p.off
	}
	if !ok {
		p.damage.Bytes += p.in.size - p.off
		if !p.last {
			p.damage.Lost += p.lose(p.file.limit)
		}
		return false
	}
	p.damage.Bytes += at - p.off
	p.off = at
	return true
}

// wasDurable looks from a record header on for one that was written when the expected record was on stable storage.
func (p *replayer) wasDurable(at int64, ok bool) bool {
	for ok {
		rec, _ := p.in.header(at)
		if rec.durable() >= p.next {
			return true
		}
		at, _, ok = p.in.find(at+rec.size(), p.next, p.file.limit)
	}
	return false
}

// report tells of the file's damage, if any, and keeps a copy of the file.
func (p *replayer) report() bool {
	p.damage.Err = p.in.broken
	if p.damage.Bytes == 0 && p.damage.Lost == 0 && p.damage.Err == nil {
		return false
	}
	to, err := p.log.copyToQuarantine(p.file.logFile, &p.in)
	if err != nil {
		p.log.o.Logger.Warn("write-ahead log: copy to quarantine", "file", p.file.name, "error", err)
	}
	p.file.damaged = err != nil
	p.damage.Quarantine = to
	p.damaged(p.damage)
	return true
}

// cutTail takes what the crash left of the last group off the end of the last file; false if the disk refuses, in which
// case the header of a new file has to end this one.
func (p *replayer) cutTail() bool {
	if p.off == p.in.size {
		return true
	}
	err := p.file.f.Truncate(p.off)
	if err == nil {
		err = p.file.f.Sync()
	}
	if err != nil {
		p.log.o.Logger.Warn("write-ahead log: cut torn tail", "file", p.file.name, "error", err)
		return false
	}
	p.TornBytes += max(0, p.in.size-p.off) // less: the file ends within the zeros behind its header
	p.log.o.Logger.Info("write-ahead log: torn tail cut", "file", p.file.name, "bytes", p.in.size-p.off)
	return true
}
