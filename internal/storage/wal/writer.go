package wal

import (
	"fmt"
	"runtime"
	"time"
)

const (
	bufferBytes = 256 << 10 // records are gathered in a buffer of this size
	directBytes = 64 << 10  // payloads from this size on are written without being copied
)

// pendingSync is what was written and acknowledged since the last sync; with SyncAlways it is empty between groups.
type pendingSync struct{ records, bytes int }

// run is the writer: it serves the queue until the log is closed and empty.
func (l *Log) run() {
	defer close(l.stopped)
	var (
		group []*waiter
		timer = time.NewTimer(l.o.Interval)
		armed bool
	)
	timer.Stop()
	for {
		var closed bool
		if len(group) > 1 {
			runtime.Gosched() // those who were just woken may have the next record ready
		}
		group, closed = l.queue.take(group[:0], l.o.MaxBatchBytes)
		switch {
		case len(group) > 0:
			l.commit(group)
			clear(group)
			if !armed && l.o.Sync == SyncInterval {
				timer.Reset(l.o.Interval)
				armed = true
			}
			if !armed {
				continue
			}
			select {
			case <-timer.C:
				armed = false
				_ = l.syncPending() // tells the log what it loses; nobody waits for it
			default:
			}
		case closed:
			timer.Stop()
			return
		default:
			select {
			case <-l.queue.wake:
			case <-timer.C:
				armed = false
				_ = l.syncPending() // as above
			}
		}
	}
}

// commit brings a group to its outcome and wakes its appenders.
func (l *Log) commit(group []*waiter) {
	l.file.Lock()
	bytes := groupBytes(group)
	err := l.ready(bytes)
	if err == nil {
		l.active.reserve(l.active.end + bytes)
		err = l.store(group)
	}
	l.file.Unlock()
	l.stats.group(group, err)
	for _, w := range group {
		if w.err = err; err != nil {
			w.seq = 0
		} else if w.apply != nil {
			w.apply(w.seq)
		}
	}
	for _, w := range group {
		w.done <- struct{}{}
	}
}

func groupBytes(group []*waiter) (n int64) {
	for _, w := range group {
		n += recordHeader + int64(len(w.payload))
	}
	return n
}

// store writes the group behind the last acknowledged record and makes it durable. If it cannot, the group is taken back.
func (l *Log) store(group []*waiter) error {
	end, err := l.write(group)
	if err != nil {
		return l.refuse(fmt.Errorf("write %s: %w", l.active.name, err), false)
	}
	pending := l.unsynced
	for _, w := range group {
		pending.records++
		pending.bytes += len(w.payload)
	}
	last := l.next + uint64(len(group)) - 1
	if l.o.Sync == SyncAlways {
		if err := l.sync(pending); err != nil {
			return l.refuse(err, true)
		}
		l.synced, pending = last, pendingSync{}
	}
	l.unsynced, l.active.end, l.next = pending, end, last+1
	return nil
}

// write gives the group its sequences and its bytes to the operating system; end is where they end.
func (l *Log) write(group []*waiter) (end int64, err error) {
	a, off := l.active, l.active.end
	flush := func(b []byte) error {
		if len(b) == 0 {
			return nil
		}
		_, err := a.f.WriteAt(b, off)
		off += int64(len(b))
		return err
	}
	buf := l.buf[:0]
	defer func() { l.buf = buf }()
	for i, w := range group {
		w.seq = l.next + uint64(i)
		direct := len(w.payload) >= directBytes
		if len(buf)+recordHeader+min(len(w.payload), directBytes) > bufferBytes {
			if err := flush(buf); err != nil {
				return 0, err
			}
			buf = buf[:0]
		}
		r := record{length: uint32(len(w.payload)), crc: w.crc, seq: w.seq, behind: uint32(w.seq - l.synced)}
		buf = r.append(buf, a.salt)
		if !direct {
			buf = append(buf, w.payload...)
			continue
		}
		if err := flush(buf); err != nil {
			return 0, err
		}
		buf = buf[:0]
		if err := flush(w.payload); err != nil {
			return 0, err
		}
	}
	return off, flush(buf)
}

// sync makes the active file durable and tells how long that took.
func (l *Log) sync(pending pendingSync) error {
	start := l.o.Now()
	if err := l.active.f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", l.active.name, err)
	}
	l.stats.syncs.Add(1)
	l.o.OnSync(l.o.Now().Sub(start), pending.records, pending.bytes)
	return nil
}

// syncPending syncs what SyncInterval acknowledged without. A file whose sync failed is not written to again: what it
// holds beyond its last sync may be lost by a crash, which is what that mode risks.
func (l *Log) syncPending() error {
	l.file.Lock()
	defer l.file.Unlock()
	return l.syncPendingLocked()
}

// Sync makes durable what SyncInterval acknowledged without. After an error that is lost only if the system crashes, and
// there is nothing left to sync.
func (l *Log) Sync() error {
	if l.o.Sync == SyncAlways {
		return nil
	}
	return l.syncPending()
}

func (l *Log) syncPendingLocked() error {
	if l.active == nil || l.unsynced.records == 0 {
		return nil
	}
	err := l.sync(l.unsynced)
	l.unsynced = pendingSync{}
	l.synced = l.next - 1
	if err != nil {
		l.stats.failures.Add(1)
		l.o.Logger.Error("write-ahead log: sync failed; acknowledged records may not survive a power cut", "error", err)
		l.active.abandoned = true
	}
	return err
}
