package storage

import (
	"context"
	"errors"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// keptRun is what a segment that stays holds of a stream: that it does, and of which times.
type keptRun struct {
	segment     *live
	first, last int64
}

// leftover gives the events of a run that no segment that stays has.
type leftover struct {
	own    idCursor
	others []*idCursor // each stands at an event
	seen   func(id logs.EventID)
	err    error
}

// leftOf begins with a run of a segment; columns is what it reads. It is to be closed.
func (b *rebuild) leftOf(ctx context.Context, r *segment.Reader, run *segment.Run, columns column.Columns) *leftover {
	l := &leftover{own: idCursor{ctx: ctx, cursor: r.Cursor(*run, segment.Query{Range: logs.AllTime, Columns: columns})}}
	for _, k := range b.runs[run.Stream.Stream] {
		if k.last < run.FirstEvent || k.first > run.LastEvent {
			continue
		}
		c, err := b.other(ctx, k.segment, run)
		if err != nil {
			l.err = err
			break
		}
		if ok, err := c.next(); ok {
			l.others = append(l.others, c)
		} else {
			l.err = errors.Join(l.err, err)
			c.close()
		}
	}
	return l
}

// other gives the ids that a segment that stays has of a run's stream and times.
func (b *rebuild) other(ctx context.Context, l *live, run *segment.Run) (*idCursor, error) {
	readers := b.e.readers
	readers.hold(l)
	r, err := readers.open(l)
	if err != nil {
		readers.release(l)
		return nil, err
	}
	same, _ := r.Run(run.Group, run.Stream.Stream)
	times := logs.TimeRange{Start: run.FirstEvent, End: run.LastEvent + 1}
	return &idCursor{
		ctx: ctx, cursor: r.Cursor(same, segment.Query{Range: times, Columns: column.ID}),
		release: func() { readers.release(l) },
	}, nil
}

// next is for segment.Writer.Add.
func (l *leftover) next() (logs.EventID, []byte, bool) {
	for l.err == nil {
		ok, err := l.own.next()
		if !ok || err != nil {
			l.err = err
			break
		}
		id := l.own.id()
		if l.seen != nil {
			l.seen(id)
		}
		if l.isTaken(id) || l.err != nil {
			continue
		}
		var message []byte
		if len(l.own.batch.Message) > 0 {
			message = l.own.batch.Message[l.own.at]
		}
		return id, message, true
	}
	return logs.EventID{}, nil, false
}

// isTaken tells whether a segment that stays has an event.
func (l *leftover) isTaken(id logs.EventID) (taken bool) {
	left := l.others[:0]
	for _, c := range l.others {
		ok := true
		for ok && c.id().Less(id) {
			var err error
			if ok, err = c.next(); err != nil {
				l.err = err
			}
		}
		if ok {
			left = append(left, c)
			taken = taken || c.id() == id
		} else {
			c.close()
		}
	}
	l.others = left
	return taken
}

func (l *leftover) close() {
	l.own.close()
	for _, c := range l.others {
		c.close()
	}
}

// idCursor steps through the events of a run that can be read.
type idCursor struct {
	ctx     context.Context
	cursor  *segment.Cursor
	batch   column.Batch
	at      int
	release func() // of what it reads; nil: nothing
}

func (c *idCursor) close() {
	c.cursor.Close()
	if c.release != nil {
		c.release()
	}
}

func (c *idCursor) id() logs.EventID { return c.batch.ID[c.at] }

func (c *idCursor) next() (bool, error) {
	if c.at++; c.at < c.batch.Len() {
		return true, nil
	}
	c.at = 0
	for {
		if err := c.ctx.Err(); err != nil {
			return false, err
		}
		ok, err := c.cursor.Next(&c.batch)
		if !isDamage(err) {
			return ok, err
		}
		c.cursor.Skip()
	}
}

// count reads the ids of a run: how many events no other segment has, and what they tell of the stream and of the log. What
// is damaged counts as an event of its own.
func (b *rebuild) count(ctx context.Context, r *segment.Reader, run *segment.Run) (fresh int64, err error) {
	group, stream := b.groups[run.Group], b.streams[run.Stream.Stream]
	if group == nil {
		group = &catalog.Group{ID: run.Group, Scope: run.Scope, Name: run.GroupName, Class: "STANDARD", Created: run.FirstEvent}
		b.groups[run.Group] = group
	}
	if stream == nil {
		stream = &catalog.Stream{ID: run.Stream.Stream, Group: run.Group, Name: run.StreamName, Created: run.FirstEvent}
		b.streams[run.Stream.Stream] = stream
	}
	group.Created, stream.Created = min(group.Created, run.FirstEvent), min(stream.Created, run.FirstEvent)
	left := b.leftOf(ctx, r, run, column.ID)
	defer left.close()
	read := int64(0)
	left.seen = func(id logs.EventID) {
		read++
		b.contents.Flushed = max(b.contents.Flushed, id.Request)
		stream.Stats.Sequence = max(stream.Stats.Sequence, id.Request)
		stream.Stats.LastIngestion = max(stream.Stats.LastIngestion, id.Ingestion)
	}
	for {
		if _, _, ok := left.next(); !ok {
			break
		}
		fresh++
	}
	if fresh == read {
		fresh = run.Rows // with those that are damaged, if any
	}
	return fresh, left.err
}
