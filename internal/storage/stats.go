package storage

import (
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/wal"
)

// Stats is a snapshot of what the engine did since it was opened and of what it holds.
type Stats struct {
	Batches, Events, Bytes int64 // appended; bytes of messages

	Flushes, FlushErrors          int64
	SegmentBytesWritten           int64 // by flushes and rewrites
	Rewrites, Removals, Reclaimed int64 // segments rewritten, segments removed (the rewritten ones too), bytes of files freed

	// Merges of segments, rewrites among them: how many were made and how many failed, bytes of files read and written.
	Merges, MergeErrors               int64
	MergeBytesRead, MergeBytesWritten int64
	// PendingMerges are due, of segments with PendingMergeBytes of files together.
	PendingMerges     int
	PendingMergeBytes int64
	// Tiers are the segments by size: first those that stay, last the smallest (see compaction.Options).
	Tiers [compaction.Tiers]int

	// Segments that were read again by scrubs, bytes of their files, and passes of the background over all of them.
	Scrubbed, ScrubbedBytes, ScrubPasses int64

	HeadEvents, HeadBytes int64 // in memory; bytes of memory
	FrozenHeads           int
	Segments              int
	SegmentBytes          int64 // of files
	DirtyStreams          int   // streams with statistics that the catalog lacks
	CachedStreams         int
	Deleted               int // deleted groups and streams whose events may still lie in segments
	Walks                 int // epochs that listings in order of last events can be continued as of

	Damaged     map[string]string // what was found damaged, with the reason; at most 1,000 of them
	DamageCount int
	FlushError  error // why flushing fails at present, nil if it does not
	WAL         wal.Stats
	Recovery    Recovery
}

// Stats takes a snapshot.
func (e *Engine) Stats() Stats {
	c := &e.counters
	s := Stats{
		Batches: c.batches.Load(), Events: c.events.Load(), Bytes: c.bytes.Load(),
		Flushes: c.flushes.Load(), FlushErrors: c.flushErrors.Load(), SegmentBytesWritten: c.flushedBytes.Load(),
		Rewrites: c.rewrites.Load(), Removals: c.removals.Load(), Reclaimed: c.reclaimedBytes.Load(),
		Merges: c.merges.Load(), MergeErrors: c.mergeErrors.Load(), MergeBytesRead: c.mergeRead.Load(), MergeBytesWritten: c.mergeWritten.Load(),
		Scrubbed: c.scrubbed.Load(), ScrubbedBytes: c.scrubbedBytes.Load(), ScrubPasses: c.scrubPasses.Load(),
		WAL: e.log.Stats(), Recovery: e.recovery,
	}
	s.Damaged, s.DamageCount = e.damage.list()
	e.mu.RLock()
	for _, h := range e.heads() {
		sum := h.Summary()
		s.HeadEvents += sum.Events
		s.HeadBytes += sum.Size
	}
	s.FrozenHeads, s.Segments, s.FlushError = len(e.frozen), len(e.live), e.flushErr
	for _, l := range e.live {
		s.SegmentBytes += l.meta.Size
		s.Tiers[e.o.Compaction.Tier(l.shape.Bytes)]++
	}
	e.mu.RUnlock()
	jobs := e.jobs(nil)
	for _, job := range jobs {
		for _, l := range job {
			s.PendingMergeBytes += l.meta.Size
		}
	}
	s.PendingMerges = len(jobs)
	e.table.mu.Lock()
	defer e.table.mu.Unlock()
	s.Deleted = len(e.table.droppedGroups)
	for _, streams := range e.table.dropped {
		s.Deleted += len(streams)
	}
	s.DirtyStreams, s.CachedStreams, s.Walks = e.table.dirties, len(e.table.byID), e.table.walks.epochs
	return s
}
