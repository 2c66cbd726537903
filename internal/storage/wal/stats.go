package wal

import "sync/atomic"

// Stats are counts since Open, and the log's present extent.
type Stats struct {
	// Appends counts stored records, Refused those that were not, Bytes the stored payloads.
	Appends, Refused, Bytes uint64
	// Groups counts writes that were acknowledged, Syncs successful syncs, Failures failed groups and syncs.
	Groups, Syncs, Failures uint64
	// Files and FileBytes are what lies in the directory, headers included.
	Files     int
	FileBytes int64
	// Last is the sequence of the newest record, 0 if there never was one.
	Last uint64
	// Err is why appends are refused at present; nil while they are not.
	Err error
}

type counters struct {
	appends, refused, bytes, groups, syncs, failures atomic.Uint64
}

func (c *counters) group(group []*waiter, err error) {
	if err != nil {
		c.failures.Add(1)
		c.refused.Add(uint64(len(group)))
		return
	}
	bytes := 0
	for _, w := range group {
		bytes += len(w.payload)
	}
	c.groups.Add(1)
	c.appends.Add(uint64(len(group)))
	c.bytes.Add(uint64(bytes))
}

// Stats reads the counts. It may wait for a group that is being written.
func (l *Log) Stats() Stats {
	l.file.Lock()
	defer l.file.Unlock()
	s := Stats{
		Appends: l.stats.appends.Load(), Refused: l.stats.refused.Load(), Bytes: l.stats.bytes.Load(),
		Groups: l.stats.groups.Load(), Syncs: l.stats.syncs.Load(), Failures: l.stats.failures.Load(),
		Files: len(l.files), Last: l.next - 1, Err: l.failure,
	}
	for _, f := range l.files {
		s.FileBytes += f.size
	}
	if l.active != nil {
		s.Files++
		s.FileBytes += l.active.end
	}
	return s
}

// Close stops appends, waits for those that wait, syncs and closes the file. The error says what could not be synced.
func (l *Log) Close() error {
	l.queue.close()
	<-l.stopped
	l.file.Lock()
	defer l.file.Unlock()
	err := l.syncPendingLocked()
	l.retire()
	return err
}
