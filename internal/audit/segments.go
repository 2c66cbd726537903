package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
)

// files holds the files that lie there against the live set.
func (c *check) files() {
	live := c.snap.LiveObjects()
	unfinished, last := 0, catalog.SegmentID(c.snap.Counters["segment"])
	for _, name := range c.snap.Files {
		id, finished, ours := storage.ParseObject(name)
		switch {
		case live[name]:
		case !ours:
			c.report.note("segments/%s: a file that no server made", name)
		case finished && id > last:
			c.report.problem(Segment, name, adviseUnknown, "the catalog has never given its id: the last one was %d", last)
		default:
			unfinished++
		}
	}
	if unfinished > 0 {
		c.report.note("%d files in segments/ do not count: a flush or compaction that runs or was cut short, or scans that still read them; the next start removes them", unfinished)
	}
}

// segments reads the live set.
func (c *check) segments(ctx context.Context) error {
	total := int64(0)
	for i := range c.snap.Live {
		total += c.snap.Live[i].Size
	}
	c.report.Segments, c.report.SegmentBytes, c.report.Flushed = len(c.snap.Live), total, c.snap.Flushed
	for i := range c.snap.Live {
		s := &c.snap.Live[i]
		sound, err := c.segment(ctx, i, total)
		if err != nil {
			return err
		}
		if !sound {
			for _, g := range s.Groups {
				c.uncertain[g.Group] = true
			}
		}
		c.done += s.Size
	}
	return nil
}

// segment reads one; false if not all of it could be.
func (c *check) segment(ctx context.Context, at int, total int64) (sound bool, err error) {
	s := &c.snap.Live[at]
	wrong, advice := c.read(ctx, at, total)
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if wrong != "" {
		c.report.problem(Segment, s.Object, advice, "%s", wrong)
	}
	return wrong == "", nil
}

// read reads a segment and tells what is wrong with it, if anything, and what to do.
func (c *check) read(ctx context.Context, at int, total int64) (wrong, advice string) {
	s := &c.snap.Live[at]
	if s.Err != nil {
		return s.Err.Error(), adviseMissing
	}
	size, err := s.File.Size()
	if err == nil && size != s.Size {
		return fmt.Sprintf("%d bytes, want %d", size, s.Size), adviseSegment
	}
	var r *segment.Reader
	if err == nil {
		r, err = segment.Open(&counted{File: s.File, check: c, total: total}, s.Size)
	}
	if err == nil {
		err = r.VerifyRuns(ctx, func(t segment.Tally) { c.holds(at, &t) })
	}
	if damage, ok := errors.AsType[*segment.CorruptError](err); ok {
		return fmt.Sprintf("damaged at byte %d: %s", damage.Offset, damage.Reason), adviseSegment
	} else if err != nil {
		return err.Error(), adviseSegment
	}
	var groups []catalog.SegmentGroup
	for _, g := range r.Meta().Groups {
		groups = append(groups, catalog.SegmentGroup(g))
	}
	if !slices.Equal(groups, s.Groups) {
		return "the catalog has other groups, rows, bytes or times of it than the file", adviseCatalog
	}
	return "", ""
}

// holds takes in what a segment holds of a stream.
func (c *check) holds(at int, r *segment.Tally) {
	s := &c.snap.Live[at]
	c.report.Events += r.Rows
	if r.LastRequest > c.snap.Flushed {
		c.report.problem(Event, s.Object, adviseReport, "stream %d has request %d, beyond the flushed position %d: a start could double it",
			r.Stream.Stream, r.LastRequest, c.snap.Flushed)
	}
	if g := c.groups[r.Group]; g != nil && (g.Name != r.GroupName || g.Scope != r.Scope) {
		c.report.problem(Segment, s.Object, adviseUnknown, "group %d is %q in it and %q in the catalog", r.Group, r.GroupName, g.Name)
	}
	t := c.of(r.Group, r.Stream.Stream)
	t.name = r.StreamName
	t.add(r.Rows, r.Bytes, r.FirstEvent, r.LastEvent, r.LastIngestion)
	t.runs = append(t.runs, span{at, r.FirstEvent, r.LastEvent})
}

// counted tells of progress as a segment is read.
type counted struct {
	segment.File
	check *check
	total int64
	read  int64
}

func (f *counted) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	f.read += int64(n)
	f.check.o.Progress(Progress{Stage: "segments", Done: min(f.check.done+f.read, f.total), Total: f.total})
	return n, err
}

var _ segment.File = (*counted)(nil)

// opened opens a segment that was found to be sound.
func opened(s *snapshot.Segment) (*segment.Reader, error) { return segment.Open(s.File, s.Size) }
