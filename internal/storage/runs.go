package storage

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// overlapping is the greatest number of the scan's segments that have a moment in common.
func (s *Scanner) overlapping() int {
	type edge struct {
		time int64
		step int
	}
	if len(s.held) < 2 {
		return 1
	}
	edges := make([]edge, 0, 2*len(s.held))
	for l := range s.held {
		if g, ok := groupOf(&l.meta, s.q.Group); ok {
			edges = append(edges, edge{g.FirstEvent, 1}, edge{g.LastEvent + 1, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if a.time != b.time {
			return int(min(1, max(-1, a.time-b.time)))
		}
		return a.step - b.step
	})
	most, open := 1, 0
	for _, e := range edges {
		open += e.step
		most = max(most, open)
	}
	return most
}

// open reads the directory of a segment, or begins to read one of its runs.
func (s *Scanner) open(x source) {
	reader, err := s.e.readers.open(x.segment)
	switch {
	case isDamage(err):
		s.e.broken(x.segment, err)
		s.done(x.segment)
	case err != nil:
		s.fail(err)
	case x.run != nil:
		q := s.segmentQuery()
		q.Keep = s.isPage()
		s.add(&runInput{segment: x.segment, cursor: reader.Cursor(*x.run, q), kept: q.Keep, batch: takeBatch()})
	default:
		s.openSegment(x.segment, reader)
	}
}

// openSegment decides how a segment is read. A scan with a Match reads it in passes if these go over several cores, or come forward
// together over what may be looked at: a run in which nothing matches would be read to its end before the next begins. Others
// read its runs side by side, opened when their time comes, if they are few, and in passes over all of them otherwise.
func (s *Scanner) openSegment(l *live, reader *segment.Reader) {
	defer s.done(l)
	if s.excludes(l, reader) {
		return
	}
	if s.q.Match != nil && (s.e.o.ScanWorkers > 1 || s.q.MaxBytes > 0) {
		s.held[l]++
		s.add(newPass(s, l, reader))
		return
	}
	most := max(s.e.o.ScanRuns/s.share, 1)
	if s.isPage() {
		most = min(most, max(s.e.o.PageBytes/4/s.share/pageRunBytes, 1))
	}
	if len(s.streams) > 0 && len(s.streams) <= most {
		for id := range s.streams {
			if run, ok := reader.Run(s.q.Group, id); ok && s.wantsRun(&run) {
				s.pushRun(l, &run)
			}
		}
		return
	}
	runs := reader.Runs(s.q.Group)
	few := make([]*segment.Run, 0, min(len(runs), most))
	for i := range runs {
		if !s.wantsRun(&runs[i]) {
			continue
		}
		if len(few) == cap(few) {
			s.held[l]++
			s.add(newPass(s, l, reader))
			return
		}
		few = append(few, &runs[i])
	}
	for _, run := range few {
		s.pushRun(l, run)
	}
}

// excludes tells whether the filters of a segment that is to be read whole exclude it, before anything is done for its runs.
// Where the scan wants part of the segment, cursors look at the filters of that part.
func (s *Scanner) excludes(l *live, reader *segment.Reader) bool {
	g, _ := groupOf(&l.meta, s.q.Group)
	if s.required == nil || s.streams != nil || s.q.StreamPrefix != "" || g.FirstEvent < s.lo.Timestamp || g.LastEvent > s.hi.Timestamp {
		return false
	}
	stats, excluded, err := reader.Excludes(s.q.Group, s.required)
	if isDamage(err) {
		s.e.broken(l, err)
	} else if err != nil {
		s.fail(err)
	}
	s.stats.Add(stats)
	return excluded
}

func (s *Scanner) pushRun(l *live, run *segment.Run) {
	s.held[l]++
	s.push(source{key: s.bound(run.FirstEvent, run.LastEvent), segment: l, run: run})
}

// wantsRun tells whether a run can hold events of the scan.
func (s *Scanner) wantsRun(run *segment.Run) bool {
	return run.FirstEvent <= s.hi.Timestamp && run.LastEvent >= s.lo.Timestamp && s.wants(run.Stream.Stream, run.StreamName)
}

// done gives up one of the sources of a segment; with the last one the segment is released.
func (s *Scanner) done(l *live) {
	if s.held[l]--; s.held[l] == 0 {
		delete(s.held, l)
		s.e.readers.release(l)
	}
}

func (s *Scanner) segmentQuery() segment.Query {
	q := segment.Query{
		Range: s.q.Range, After: s.q.After, Before: s.q.Before, Reverse: s.q.Reverse,
		Match: s.q.Match, Seek: s.q.Seek, Name: s.q.Name, Loose: s.q.Loose, Required: s.required, Where: s.q.Where, Columns: s.q.Columns,
	}
	q.Check = func(segment.Stats) error { return s.ctx.Err() }
	if s.required != nil && s.q.Limit > 0 {
		q.KeepBytes = &s.keep
	}
	return q
}

// step reads the next block of a cursor that has events of the scan; false at the end.
func (s *Scanner) step(l *live, c *segment.Cursor, b *column.Batch) (bool, error) {
	before := c.Stats()
	ok, err := s.e.step(s.ctx, l, c, b)
	s.stats.Add(c.Stats().Since(before))
	return ok, err
}

// step reads the next block of a cursor that has events, passing over damaged ones; false at the end.
func (e *Engine) step(ctx context.Context, l *live, c *segment.Cursor, b *column.Batch) (bool, error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		ok, err := c.Next(b)
		if !isDamage(err) {
			return ok, err
		}
		e.broken(l, err)
		c.Skip()
	}
}

// runInput is one stream in one segment.
type runInput struct {
	segment *live
	cursor  *segment.Cursor
	kept    bool // batches do not change
	batch   *column.Batch
	at      int
}

func (in *runInput) next(s *Scanner) (bool, error) {
	if in.at++; in.at < in.batch.Len() {
		return true, nil
	}
	in.at = 0
	return s.step(in.segment, in.cursor, in.batch)
}

func (in *runInput) id() logs.EventID { return in.batch.ID[in.at] }
func (in *runInput) stream() (logs.StreamID, string) {
	return in.batch.Stream[in.at], in.batch.StreamName[in.at]
}
func (in *runInput) message() []byte  { return in.batch.Message[in.at] }
func (in *runInput) isVolatile() bool { return !in.kept }

func (in *runInput) close(s *Scanner) {
	in.cursor.Close()
	giveBatch(in.batch)
	s.done(in.segment)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
