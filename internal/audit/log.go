package audit

import (
	"context"
	"fmt"
	"math"

	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/wal"
)

// log reads the write-ahead log.
func (c *check) log(ctx context.Context) error {
	c.o.Progress(Progress{Stage: "log"})
	counted, err := c.counted(ctx)
	if err != nil {
		return err
	}
	states, err := c.snap.Log.Walk(func(r wal.Record) error {
		c.record(&r, counted)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	first := uint64(0)
	for i := range states {
		s := &states[i]
		if first == 0 {
			first = s.First
		}
		c.report.Records += s.Records
		c.report.Last = max(c.report.Last, s.Last)
		c.logFile(s)
	}
	if first > c.snap.Flushed+1 {
		c.report.problem(Log, "wal", adviseLost, "it begins with record %d, and events are in segments up to %d only: %d records are missing",
			first, c.snap.Flushed, first-c.snap.Flushed-1)
		c.allUncertain()
	}
	return nil
}

func (c *check) logFile(s *wal.FileState) {
	name := "wal/" + s.Name
	if s.Torn > 0 {
		c.report.note("%s ends with %d bytes of a batch that nobody was told is stored: it is being written, or the next start cuts it off", name, s.Torn)
	}
	if s.Missing > 0 && s.First > c.snap.Flushed+1 {
		c.report.problem(Log, name, adviseLost, "%d records before record %d are missing", s.Missing, s.First)
		c.allUncertain()
	}
	if d := s.Damage; d != nil {
		detail := fmt.Sprintf("%d bytes from byte %d on are unreadable, missing records: %d", d.Bytes, d.Offset, d.Lost)
		if d.Err != nil {
			detail += fmt.Sprintf(" (%v)", d.Err)
		}
		c.report.problem(Log, name, adviseLog, "%s", detail)
		c.allUncertain()
	}
}

// allUncertain gives up comparing statistics: any stream may have lost events.
func (c *check) allUncertain() {
	for id := range c.groups {
		c.uncertain[id] = true
	}
}

// record takes in a record: as events that the store holds if they are in no segment yet, and as a change of statistics that
// the catalog does not have yet.
func (c *check) record(r *wal.Record, counted map[logs.StreamID]uint64) {
	run, err := head.Decode(r.Payload)
	if err != nil {
		if r.Sequence > c.snap.Flushed {
			c.report.problem(Log, "wal/"+r.File, adviseReport, "record %d at byte %d: %v", r.Sequence, r.Offset, err)
			c.allUncertain()
		}
		return
	}
	position, known := counted[run.Stream]
	if !known {
		return // deleted, or made after the catalog was copied
	}
	if r.Sequence > c.snap.Flushed {
		c.report.Events += int64(run.Count)
		c.of(run.Group, run.Stream).add(int64(run.Count), run.Bytes, run.First, run.Last, run.Ingestion)
	}
	if r.Sequence > position {
		t := c.of(run.Group, run.Stream)
		if t.laterEvents == 0 {
			t.laterFirst = math.MaxInt64
		}
		t.laterEvents += int64(run.Count)
		t.laterBytes += run.Bytes
		t.laterFirst, t.laterLast, t.laterTime = min(t.laterFirst, run.First), max(t.laterLast, run.Last), max(t.laterTime, run.Ingestion)
	}
}
