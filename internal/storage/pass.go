package storage

import (
	"bytes"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// What a pass may keep at least, however many segments overlap.
const (
	minPassRows  = 256
	minPassBytes = 1 << 20
)

// pass reads many streams of one segment in order of id without a cursor for each: it passes over them in the order of
// storage and keeps the first rows in the scan's order that match, as many as its share of memory allows. When these are
// given it passes again, behind them. Once it keeps as many as it may, the last of them bounds what is read further, so that
// blocks of later events are left out.
type pass struct {
	segment   *live
	reader    *segment.Reader
	rows      []row
	at        int
	size      int // message bytes of rows
	mostRows  int
	mostBytes int
	more      bool // rows were dropped: another pass is needed
}

type row struct {
	id      logs.EventID
	stream  logs.StreamID
	name    string
	message []byte
}

func newPass(s *Scanner, l *live, reader *segment.Reader) *pass {
	p := &pass{segment: l, reader: reader, at: -1, more: true,
		mostRows: max(s.e.o.ScanRows/s.share, min(minPassRows, s.e.o.ScanRows)), mostBytes: max(s.e.o.ScanBytes/s.share, min(minPassBytes, s.e.o.ScanBytes))}
	if s.q.Limit > 0 {
		p.mostRows = min(p.mostRows, max(s.q.Limit-s.given, 1))
	}
	return p
}

func (p *pass) next(s *Scanner) (bool, error) {
	if p.at++; p.at < len(p.rows) {
		return true, nil
	}
	if !p.more {
		return false, nil
	}
	q := s.segmentQuery()
	if last := len(p.rows) - 1; last >= 0 {
		if s.q.Reverse {
			q.Before = p.rows[last].id
		} else {
			q.After = p.rows[last].id
		}
	}
	if err := p.fill(s, q); err != nil {
		return false, err
	}
	p.at = 0
	return len(p.rows) > 0, nil
}

// fill makes one pass.
func (p *pass) fill(s *Scanner, q segment.Query) error {
	clear(p.rows)
	p.rows, p.size, p.more = p.rows[:0], 0, false
	c := p.reader.Scan(s.q.Group, q, s.wantsRun)
	defer c.Close()
	var batch column.Batch
	var bound logs.EventID // rows behind it are not wanted; zero: none
	for {
		ok, err := s.step(p.segment, c, &batch)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		for i, id := range batch.ID {
			if !bound.IsZero() && !s.before(id, bound) {
				p.more = true
				continue
			}
			p.rows = append(p.rows, row{id, batch.Stream[i], batch.StreamName[i], bytes.Clone(batch.Message[i])})
			p.size += len(batch.Message[i])
		}
		if len(p.rows) >= 2*p.mostRows || p.size >= 2*p.mostBytes {
			p.trim(s)
			bound, p.more = p.rows[len(p.rows)-1].id, true
			if s.q.Reverse {
				c.NarrowAfter(bound)
			} else {
				c.NarrowBefore(bound)
			}
		}
	}
	p.trim(s)
	return nil
}

// trim sorts the rows and keeps the first of them.
func (p *pass) trim(s *Scanner) {
	slices.SortFunc(p.rows, func(a, b row) int {
		if s.q.Reverse {
			return b.id.Compare(a.id)
		}
		return a.id.Compare(b.id)
	})
	keep, size := 0, 0
	for keep < len(p.rows) && keep < p.mostRows && (keep == 0 || size+len(p.rows[keep].message) <= p.mostBytes) {
		size += len(p.rows[keep].message)
		keep++
	}
	if keep < len(p.rows) {
		p.more = true
		clear(p.rows[keep:])
	}
	p.rows, p.size = p.rows[:keep], size
}

// before tells whether a comes before b in the scan's order.
func (s *Scanner) before(a, b logs.EventID) bool {
	if s.q.Reverse {
		a, b = b, a
	}
	return a.Less(b)
}

func (p *pass) id() logs.EventID                { return p.rows[p.at].id }
func (p *pass) stream() (logs.StreamID, string) { return p.rows[p.at].stream, p.rows[p.at].name }
func (p *pass) message() []byte                 { return p.rows[p.at].message }

// isVolatile is false: a pass that follows overwrites the rows, but not the messages.
func (p *pass) isVolatile() bool { return false }

func (p *pass) close(s *Scanner) {
	p.rows = nil
	s.done(p.segment)
}
